"""Presets: what they set, and that nothing of one stays under the next."""

from itertools import permutations

import pytest

from desktop.settings.declaration import Settings
from desktop.settings.presets import PRESETS, differences_to, preset, values_of
from desktop.settings.store import SettingInvalid, SettingsStore, changed, get

NAMES = [one.name for one in PRESETS]
EVERY_MODEL = {model for one in PRESETS for model in one.models}


def test_there_are_five_and_they_differ() -> None:
    assert NAMES == ["fast", "balanced", "accurate", "edge", "GPU"]
    assert len({str(values_of(preset(name))) for name in NAMES}) == 5


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_sets_recognition_alone_to_valid_values(name: str) -> None:
    before = changed(Settings(), {"speech.rate": 1.5, "recognition.language": "es"})
    after = changed(before, values_of(preset(name), EVERY_MODEL))
    assert {key.partition(".")[0] for key in values_of(preset(name))} == {"recognition"}
    assert after.model_copy(update={"recognition": before.recognition}) == before
    assert after.recognition.language == "es"


def test_balanced_is_the_default() -> None:
    assert differences_to(Settings(), values_of(preset("balanced"))) == {}


@pytest.mark.parametrize(("first", "second"), list(permutations(NAMES, 2)))
def test_nothing_of_a_preset_stays_under_the_next(first: str, second: str) -> None:
    both = changed(changed(Settings(), values_of(preset(first), EVERY_MODEL)), values_of(preset(second)))
    assert both == changed(Settings(), values_of(preset(second)))


def test_a_model_is_taken_only_if_it_is_installed() -> None:
    assert values_of(preset("fast"), {"tiny", "small", "base"})["recognition.model"] == "base"
    assert values_of(preset("accurate"), {"tiny", "small", "base"})["recognition.model"] == "small"
    assert values_of(preset("GPU"), {"tiny"})["recognition.model"] == ""
    assert values_of(preset("balanced"), EVERY_MODEL)["recognition.model"] == ""


def test_the_order_of_cost_is_the_order_of_the_names() -> None:
    edge, fast, balanced, accurate = (
        changed(Settings(), values_of(preset(name))).recognition for name in ("edge", "fast", "balanced", "accurate")
    )
    assert fast.beam_size < balanced.beam_size < accurate.beam_size
    assert fast.step < edge.step
    assert edge.threads == 1
    assert (edge.device, preset("gpu").values["device"]) == ("cpu", "cuda")


def test_what_changes_is_told_with_old_and_new() -> None:
    store = SettingsStore(None, {})
    store.update(values_of(preset("edge")))
    told = differences_to(store.current, values_of(preset("fast")))
    assert told["recognition.step"] == (0.8, 0.2)
    assert "recognition.beam_size" not in told
    store.update({key: new for key, (_, new) in told.items()})
    assert get(store.current, "recognition.step") == 0.2


def test_another_name_is_refused() -> None:
    with pytest.raises(SettingInvalid, match="no preset called 'turbo'; there are fast, balanced, accurate, edge, GPU"):
        preset("turbo")
