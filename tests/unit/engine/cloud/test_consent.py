"""Which cloud engines may be used: none that nobody switched on, and none at all where anybody said never."""

import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from desktop.engine.cloud.catalogue import ENGINES, of_stage
from desktop.engine.cloud.consent import Consent, consent
from desktop.engine.requests import Stage
from desktop.settings.declaration import Settings
from desktop.settings.profiles import EXAMPLES
from desktop.settings.store import SettingsStore
from desktop.settings.values import declaration, layered
from desktop.system.paths import RESOURCES

STAGES = tuple(Stage)
ALL = {stage: tuple(engine.key for engine in of_stage(stage)) for stage in STAGES}


def of(settings: Settings, environment: dict[str, str]) -> Consent:
    cloud = settings.cloud
    allowed = {
        Stage.RECOGNITION: cloud.recognition,
        Stage.TRANSLATION: cloud.translation,
        Stage.SPEECH: cloud.speech,
    }
    return consent(cloud.policy, allowed, environment)


def test_nothing_is_on_by_itself() -> None:
    assert [of(Settings(), {}).engines(stage) for stage in STAGES] == [(), (), ()]


def test_what_is_switched_on_is_used_in_its_order_and_for_nothing_else() -> None:
    given = consent("allow", {Stage.RECOGNITION: ("deepgram", "google")}, {})
    assert [engine.key for engine in given.engines(Stage.RECOGNITION)] == ["deepgram", "google"]
    assert given.allows("google", Stage.RECOGNITION)
    assert not given.allows("google", Stage.TRANSLATION)
    assert given.engines(Stage.SPEECH) == ()


def test_an_engine_that_does_not_exist_or_cannot_do_it_is_no_engine() -> None:
    given = consent("allow", {Stage.SPEECH: ("deepl", "nobody", "openai", "openai")}, {})
    assert [engine.key for engine in given.engines(Stage.SPEECH)] == ["openai"]


def test_the_settings_take_exactly_the_engines_that_there_are() -> None:
    for stage in STAGES:
        for key in ENGINES:
            flat = {f"cloud.{stage.value}": (key,)}
            _, _, problems = layered(("file", "a file", flat))
            assert bool(problems) == (key not in ALL[stage])
        assert all(engine.key in declaration(f"cloud.{stage.value}").help for engine in of_stage(stage))


def store(path: Path, file: dict[str, Any], environment: dict[str, str], flags: dict[str, Any]) -> SettingsStore:
    made = SettingsStore(path)
    if file:
        made.update(file)
    made.close()
    return SettingsStore(path, environment, flags)


SWITCHED_ON = {f"cloud.{stage.value}": keys for stage, keys in ALL.items()}
SAYS_NEVER = ("file", "profile", "environment", "variable", "flag")


@pytest.mark.parametrize("never", [set(one) for n in range(1, 6) for one in product(SAYS_NEVER, repeat=n) if n < 3])
def test_never_in_any_place_wins_over_all_others(tmp_path: Path, never: set[str]) -> None:
    """The others switch everything on, and the window tries to, too."""

    def policy(place: str) -> str:
        return "never" if place in never else "allow"

    path = tmp_path / "settings.toml"
    switched_on = {stage.value: list(keys) for stage, keys in ALL.items()}
    content = {
        "version": 1,
        "profile": "Loud",
        "cloud": {**switched_on, "policy": policy("file")},
        "profiles": {"Loud": {"cloud": {**switched_on, "policy": policy("profile")}}},
    }
    path.write_text(tomlkit.dumps(content), encoding="utf-8")
    environment = {"PARLEY_CLOUD__POLICY": policy("environment")}
    if "variable" in never:
        environment["PARLEY_CLOUD"] = "never"
    flags = SWITCHED_ON | {"cloud.policy": policy("flag")}
    settings = SettingsStore(path, environment, flags)
    assert settings.current.cloud.policy == "never"
    # The window: switches an engine on, and says that clouds are allowed.
    settings.update(SWITCHED_ON)
    if never != {"profile"}:  # where it would be saved: whoever wrote that may change it
        settings.set("cloud.policy", "allow")
    assert settings.current.cloud.policy == "never"
    assert [of(settings.current, environment).engines(stage) for stage in STAGES] == [(), (), ()]
    settings.close()


@pytest.mark.parametrize("value", ["never", "NEVER", "off", "0", "nver", "allow"])
def test_whatever_the_variable_says_it_is_never(value: str) -> None:
    assert consent("allow", ALL, {"PARLEY_CLOUD": value}).engines(Stage.RECOGNITION) == ()


@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_variable_says_nothing(value: str) -> None:
    assert consent("allow", ALL, {"PARLEY_CLOUD": value}).engines(Stage.RECOGNITION) != ()


def test_that_something_is_overruled_is_told(tmp_path: Path) -> None:
    settings = store(tmp_path / "settings.toml", {"cloud.policy": "never"}, {}, {"cloud.policy": "allow"})
    assert settings.problems == ["In the command line, cloud.policy is allow, but never wins. It is ignored."]


def test_the_examples_of_profiles_switch_nothing_on() -> None:
    assert not [key for flat in EXAMPLES.values() for key in flat if key.startswith("cloud.")]


def test_what_an_engine_asks_for_is_what_its_extra_says() -> None:
    project = tomllib.loads((RESOURCES.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for engine in ENGINES.values():
        assert list(engine.packages) == project["optional-dependencies"].get(engine.extra, [])
