"""Whether a cloud engine may be used. Pure.

Off until the user switched it on, for each engine and each thing it does. "Never" in any place, the settings of any
layer or the environment, wins over everything that says otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from desktop.engine.cloud.catalogue import ENGINES, CloudEngine
from desktop.engine.requests import Stage
from desktop.settings.values import CLOUD_VARIABLE

NEVER = "never"


@dataclass(frozen=True, slots=True)
class Consent:
    """What the user allows."""

    is_never: bool
    """no engine, whatever else is said"""
    allowed: Mapping[Stage, tuple[str, ...]]
    """keys of engines, in the order in which they are asked; unknown ones count for nothing"""

    def engines(self, stage: Stage) -> tuple[CloudEngine, ...]:
        """Those that may do it, the first one most."""
        if self.is_never:
            return ()
        known = (ENGINES[key] for key in dict.fromkeys(self.allowed.get(stage, ())) if key in ENGINES)
        return tuple(engine for engine in known if stage in engine.prices)

    def allows(self, key: str, stage: Stage) -> bool:
        return any(engine.key == key for engine in self.engines(stage))


NOTHING = Consent(is_never=False, allowed={})


def consent(policy: str, allowed: Mapping[Stage, tuple[str, ...]], environment: Mapping[str, str]) -> Consent:
    """policy: of the settings. allowed: what they switch on. environment: that of the process."""
    return Consent(policy == NEVER or is_never(environment), dict(allowed))


def is_never(environment: Mapping[str, str]) -> bool:
    """Whether the environment forbids cloud engines. Anything but an empty value does: who writes `off` or a typing
    error means the same."""
    return bool(environment.get(CLOUD_VARIABLE, "").strip())
