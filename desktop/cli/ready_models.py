"""Before a command uses models: those that the set-up installed as packages are put together once. Main thread."""

from desktop.cli.messages import say
from desktop.messages import text_of


def ready_models() -> None:
    """Put together what is waiting (seconds, once); a sentence on stderr for what is done and what cannot be used."""
    from desktop.engine.models.downloads import assembly, packages
    from desktop.engine.text.languages import listed

    waiting = packages.waiting()
    if not waiting:
        return
    say(f"putting {listed([one.label for one in waiting])} in place, once.")
    for problem in assembly.assemble():
        say(text_of(problem))
