"""Which languages the installed Argos packages translate into which, directly or through a third one. Any thread."""

from collections.abc import Sequence

from desktop.engine.errors import ModelMissing
from desktop.engine.models import apertium
from desktop.engine.models.installed import InstalledModel, installed
from desktop.engine.text.languages import base_language


def translation_pairs(*, real_only: bool = False) -> frozenset[tuple[str, str]]:
    """Every (source, target) that can be translated, through other languages too. real_only: without phrasebooks."""
    steps: dict[str, set[str]] = {}
    for model in installed("argos"):
        if real_only and model.is_starter:
            continue
        steps.setdefault(model.languages[0], set()).add(model.languages[1])
    pairs = set()
    for source in steps:
        reached, waiting = set[str](), [source]
        while waiting:
            for target in steps.get(waiting.pop(), set()) - reached:
                reached.add(target)
                waiting.append(target)
        pairs |= {(source, target) for target in reached if target != source}
    return frozenset(pairs)


def readable_pairs() -> frozenset[tuple[str, str]]:
    """Every (source, target) whose text is translated on this machine, by whatever is installed."""
    return translation_pairs() | apertium.pairs()


def usable_target(target: str) -> str:
    """The language that is meant: a variant ("pt-BR") where a package writes it, else what it is a variant of; and a
    variant where only that is installed."""
    written = {end for _, end in readable_pairs()}
    if target in written:
        return target
    base = base_language(target)
    return next((one for one in sorted(written) if base_language(one) == base), base)


def translation_route(source: str, target: str) -> tuple[InstalledModel, ...]:
    """The packages that lead from one language to the other, as few as possible, without phrasebooks if there is such a
    way; none if the languages are the same. Raises ModelMissing, naming what to install."""
    if source == target:
        return ()
    packages = installed("argos")
    for usable in ([one for one in packages if not one.is_starter], packages):
        if route := _route(usable, source, target):
            return route
    ways = _advice(source, target)
    if not ways:
        raise ModelMissing("translation-missing-both-ways", source=source, target=target)
    raise ModelMissing("translation-missing", source=source, target=target, packages=ways)


def _route(packages: Sequence[InstalledModel], source: str, target: str) -> tuple[InstalledModel, ...]:
    """The shortest chain of these packages; empty if there is none."""
    best: dict[tuple[str, str], InstalledModel] = {}
    for model in packages:
        best.setdefault((model.languages[0], model.languages[1]), model)
    routes: dict[str, tuple[InstalledModel, ...]] = {source: ()}
    waiting = [source]
    while waiting:
        here = waiting.pop(0)
        for (start, end), model in best.items():
            if start == here and end not in routes:
                routes[end] = (*routes[here], model)
                waiting.append(end)
    return routes.get(target, ())


def _advice(source: str, target: str) -> tuple[str, ...]:
    """Which packages would close the gap, each alone: the direct one, or one that meets what is installed. Empty: the
    direct one, or both through English."""
    pairs = translation_pairs()
    onward = sorted(middle for middle, end in pairs if end == target and middle != source)
    inward = sorted(middle for start, middle in pairs if start == source and middle != target)
    direct = f"{source}→{target}"
    if not onward and not inward and "en" not in (source, target):
        return ()
    ways = [f"{source}→{middle}" for middle in onward[:2]] + [f"{middle}→{target}" for middle in inward[:2]]
    return (direct, *ways)
