"""Reading along with a text. Pure."""

from typing import Literal

from pydantic import Field

from desktop.settings.declaration.kinds import Group


class PracticeSettings(Group):
    """Practice"""

    language: str = Field(
        "", description="Language that is read, where the text does not say it; empty is what is spoken"
    )
    following: Literal["calm", "normal", "quick"] = Field(
        "normal",
        description="How fast the marks follow the reader: quick ones come sooner and are corrected more often",
    )
    uses_prompt: bool = Field(
        False,
        description="Tell the recogniser which words come next: it hears names better, and sometimes what should have "
        "been said",
    )
    hears_sounds: bool = Field(
        True, description="Words that sound nearly right (by espeak-ng) are small mistakes instead of wrong"
    )
    hide: Literal["nothing", "some", "everything"] = Field(
        "nothing", description="Words that are hidden until they are read, to recite by heart"
    )
    text_size: float = Field(1.0, ge=0.5, le=3, description="Size of the text that is read; 1 is normal")
    keep_results: bool = Field(True, description="Keep scores and marks on this computer, to show the progress")
    keep_audio: bool = Field(False, description="Keep the sound of each reading beside its result")
