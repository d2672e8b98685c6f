"""`parley config`, `parley config secret`, `parley profile` and their options, as typer reads them.
What they do is imported when they run. Main thread."""

from typing import Annotated

import typer

FLAG = " "
"""metavar of options that take no value; typer would show <bool>"""

config = typer.Typer(help="Read and change the settings.", no_args_is_help=True)
secret = typer.Typer(help="Passwords, in the keyring of the system.", no_args_is_help=True)
config.add_typer(secret, name="secret")
profile = typer.Typer(help="Switch between settings for different occasions.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", metavar=FLAG, help="Print JSON.")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="Name of a setting, for example speech.rate.")]
Secret = Annotated[str, typer.Argument(metavar="NAME", help="What `parley config secret list` names.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of a profile.")]


@config.command("list")
def list_settings(
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORD]…", help="Only settings whose name or help has these words.")
    ] = None,
    changed: Annotated[
        bool, typer.Option("--changed", metavar=FLAG, help="Only settings that do not have their default.")
    ] = False,
    as_json: Json = False,
) -> int:
    """List the settings: value, where it comes from, what is allowed."""
    from desktop.cli.commands.config import show_list

    return show_list(context.obj, words or (), only_changed=changed, as_json=as_json)


@config.command("get")
def get_setting(context: typer.Context, key: Key, as_json: Json = False) -> int:
    """Print the value of a setting."""
    from desktop.cli.commands.config import show

    return show(context.obj, key, as_json=as_json)


@config.command("set", context_settings={"ignore_unknown_options": True})
def set_setting(
    context: typer.Context,
    key: Key,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="What `parley config list` allows; lists with commas.")],
) -> int:
    """Change a setting, in the profile that is in use."""
    from desktop.cli.commands.config import assign

    return assign(context.obj, key, value)


@config.command("reset")
def reset_setting(context: typer.Context, key: Key) -> int:
    """Set a setting back to its default."""
    from desktop.cli.commands.config import reset

    return reset(context.obj, key)


@config.command("preset")
def preset(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="fast, balanced, accurate, edge or GPU.")] = "",
    as_json: Json = False,
) -> int:
    """Set recognition as a whole, and show what that changes; without a name, list the presets."""
    from desktop.cli.commands.config import apply_preset, list_presets

    return apply_preset(context.obj, name, as_json=as_json) if name else list_presets(as_json=as_json)


@config.command("path")
def path(context: typer.Context, as_json: Json = False) -> int:
    """Print where the settings file is."""
    from desktop.cli.commands.config import show_path

    return show_path(context.obj, as_json=as_json)


@secret.command("list")
def list_secrets(as_json: Json = False) -> int:
    """List the secrets that are kept and those that could be; their values never."""
    from desktop.cli.commands.secrets import show_list

    return show_list(as_json=as_json)


@secret.command("set")
def set_secret(name: Secret) -> int:
    """Keep a secret: asked for unseen, or read from standard input."""
    from desktop.cli.commands.secrets import keep

    return keep(name)


@secret.command("delete")
def delete_secret(name: Secret) -> int:
    """Forget a secret."""
    from desktop.cli.commands.secrets import forget

    return forget(name)


@profile.command("list")
def list_profiles(context: typer.Context, as_json: Json = False) -> int:
    """List the profiles; the one in use is marked."""
    from desktop.cli.commands.profiles import show_list

    return show_list(context.obj, as_json=as_json)


@profile.command("use")
def use_profile(context: typer.Context, name: Name) -> int:
    """Switch to a profile from now on; Default is none."""
    from desktop.cli.commands.profiles import use

    return use(context.obj, name)


@profile.command("save")
def save_profile(context: typer.Context, name: Name) -> int:
    """Keep the current settings, with those of --set, as a profile, and use it."""
    from desktop.cli.commands.profiles import save

    return save(context.obj, name)


@profile.command("remove")
def remove_profile(context: typer.Context, name: Name) -> int:
    """Forget a profile."""
    from desktop.cli.commands.profiles import remove

    return remove(context.obj, name)
