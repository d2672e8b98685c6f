"""`parley profile`: settings with a name, in the terminal. Runs on the main thread."""

from desktop.cli.commands.config import is_saved, print_json
from desktop.cli.messages import say, shown
from desktop.cli.options import Options
from desktop.settings.store import DEFAULT


def show_list(options: Options, *, as_json: bool) -> int:
    """Print the names, a star before the one in use."""
    store = options.store
    if as_json:
        print_json({"profiles": store.profiles(), "in_use": store.profile})
        return 0
    for name in store.profiles():
        print(shown(f"{'*' if name == store.profile else ' '} {name}"))
    return 0


def use(options: Options, name: str) -> int:
    """Switch to a profile."""
    store = options.store
    if not is_saved(store, lambda: store.use(name)):
        return 1
    say("no profile is in use." if store.profile == DEFAULT else f"the profile {store.profile} is in use.")
    return 0


def save(options: Options, name: str) -> int:
    """Keep the current settings under a name."""
    store = options.store
    if not is_saved(store, lambda: store.save_as(name)):
        return 1
    say(f"the profile {store.profile} is saved and in use.")
    return 0


def remove(options: Options, name: str) -> int:
    """Forget a profile."""
    store = options.store
    if not is_saved(store, lambda: store.remove(name)):
        return 1
    say(f"the profile {name} is removed.")
    return 0
