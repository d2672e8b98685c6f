"""What Parley talks to: servers, browsers that follow, mirrors of models. Pure."""

from typing import Literal

from pydantic import Field

from desktop.settings.declaration.kinds import Group, about


class ServerSettings(Group):
    """Parley server"""

    url: str = Field(
        "",
        description="Where parley serve runs, for example https://cellar:5026: what is heard is recognised, translated "
        "and spoken there, and here while it does not answer; empty: nothing leaves this computer",
        json_schema_extra=about(applies="reload"),
    )
    certificate: str = Field(
        "",
        description="File with the certificate of a server that made its own",
        json_schema_extra=about(advanced=True, applies="reload"),
    )


class SharingSettings(Group):
    """Sharing captions"""

    who: Literal["computer", "network"] = Field(
        "computer",
        description="Who may follow once captions are shared: browsers on this computer, or in the same network with "
        "the code",
    )
    port: int = Field(5027, ge=1024, le=65535, description="Port at which captions are shared")


class ModelSettings(Group):
    """Models"""

    hub: tuple[str, ...] = Field(
        (),
        description="Addresses of the Hugging Face hub, tried in turn; empty takes huggingface.co",
        json_schema_extra=about(advanced=True),
    )
    argos: tuple[str, ...] = Field(
        (),
        description="Addresses of the list of Argos packages, tried in turn; empty takes Argos's own",
        json_schema_extra=about(advanced=True),
    )
    piper: tuple[str, ...] = Field(
        (),
        description="Addresses of copies of Piper's voices, tried in turn; empty takes the hub",
        json_schema_extra=about(advanced=True),
    )
    proxy: str = Field(
        "",
        description="Proxy for downloads, for example http://proxy:8080; empty takes the system's",
        json_schema_extra=about(advanced=True),
    )
