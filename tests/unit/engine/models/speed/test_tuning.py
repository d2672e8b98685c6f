"""What runs best here: the decision is pure; the measurement is on the real model."""

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as checks
from hypothesis import strategies as st

from desktop.bench.make_model import TINY, make_whisper
from desktop.engine.errors import ModelBroken
from desktop.engine.models.choice import cost_of
from desktop.engine.models.files import Shape
from desktop.engine.models.installed import InstalledModel
from desktop.engine.models.speed import speed_class
from desktop.engine.models.speed.tuning import (
    UNTUNED,
    WORTH,
    Choice,
    Machine,
    Timing,
    Tuning,
    best,
    measure,
    next_choice,
    resolved,
    this_machine,
)
from desktop.engine.models.speed.tuning_cache import TuningCache
from desktop.settings.declaration import RecognitionSettings, Settings
from desktop.system import paths
from desktop.system.paths import RESOURCES
from desktop.ui.models import overview
from tests.raising import raises

STARTER = RESOURCES / "starter" / "whisper"
TYPES = ("float32", "int8", "int8_float32")
CARD = ("float16", "float32", "int8_float16")

speeds = st.dictionaries(
    st.tuples(
        st.sampled_from(["cpu", "cuda"]), st.sampled_from(sorted({*TYPES, *CARD})), st.sampled_from([1, 2, 4, 8])
    ),
    st.floats(0.001, 10),
)


def explore(machine: Machine, seconds: dict[tuple[str, str, int], float], broken: frozenset[str]) -> Tuning:
    """Everything that would be measured on a machine where a look takes so many seconds (1 if nothing is said)."""
    timings: list[Timing] = []
    failed: list[Choice] = []
    while (choice := next_choice(machine, timings, failed)) is not None:
        assert choice not in [timing.choice for timing in timings]
        assert choice not in failed
        if choice.device in broken:
            failed.append(choice)
        else:
            took = seconds.get((choice.device, choice.compute_type, choice.threads), 1.0)
            timings.append(Timing(choice, took, 0.0))
        assert len(timings) + len(failed) < 20
    return Tuning(best(timings) if timings else UNTUNED, tuple(timings), tuple(failed))


@given(
    speeds,
    st.integers(1, 64),
    st.booleans(),
    st.frozensets(st.sampled_from(["cuda", "cpu"])),
    st.sampled_from([(), TYPES]),
)
def test_exploring_ends_and_finds_the_least_cost(
    seconds: dict[tuple[str, str, int], float],
    cores: int,
    has_card: bool,
    broken: frozenset[str],
    types: tuple[str, ...],
) -> None:
    found = explore(Machine(cores, types, CARD if has_card else ()), seconds, broken)
    used = {timing.choice for timing in found.timings}
    assert all(choice.threads <= min(cores, 8) for choice in used)
    assert has_card or all(choice.device == "cpu" for choice in used)
    if found.timings:
        least = min(timing.cost for timing in found.timings)
        assert next(timing for timing in found.timings if timing.choice == found.choice).cost == least


def test_more_threads_are_tried_as_long_as_they_pay() -> None:
    machine = Machine(8, TYPES, ())
    halving = explore(machine, {("cpu", "int8", n): 1 / n for n in (1, 2, 4, 8)}, frozenset())
    assert halving.choice == Choice("cpu", "int8", 8)
    useless = explore(machine, {("cpu", "int8", n): 1.0 for n in (1, 2, 4, 8)}, frozenset())
    assert useless.choice == Choice("cpu", "int8", 1)
    assert max(timing.choice.threads for timing in useless.timings) == 2
    barely = explore(machine, {("cpu", "int8", 1): 1.0, ("cpu", "int8", 2): WORTH + 0.02}, frozenset())
    assert barely.choice == Choice("cpu", "int8", 1)


def test_the_graphics_card_is_taken_where_it_is_faster_and_works() -> None:
    machine = Machine(4, TYPES, CARD)
    seconds = {("cuda", "float16", 1): 0.01, ("cuda", "int8_float16", 1): 0.02}
    assert explore(machine, seconds, frozenset()).choice == Choice("cuda", "float16", 1)
    without = explore(machine, seconds, frozenset({"cuda"}))
    assert without.choice.device == "cpu"
    assert {choice.device for choice in without.failed} == {"cuda"}


CUDA = Choice("cuda", "int8_float16", 1)
FOUR = Choice("cpu", "int8", 4)


@pytest.mark.parametrize(
    ("values", "measured", "card", "wanted"),
    [
        ({}, None, False, UNTUNED),
        ({}, None, True, Choice("cuda", "default", 1)),
        ({}, FOUR, False, FOUR),
        ({}, FOUR, True, FOUR),
        ({}, CUDA, True, CUDA),
        ({}, CUDA, False, UNTUNED),
        ({"device": "cpu"}, CUDA, True, UNTUNED),
        ({"device": "cuda"}, FOUR, True, Choice("cuda", "default", 1)),
        ({"threads": 3}, FOUR, False, Choice("cpu", "int8", 3)),
        ({"compute_type": "float32"}, FOUR, False, Choice("cpu", "float32", 4)),
        ({"compute_type": "default", "threads": 2}, FOUR, False, Choice("cpu", "default", 2)),
    ],
)
def test_what_the_user_chose_comes_before_what_was_measured(
    values: dict[str, object], measured: Choice | None, card: bool, wanted: Choice
) -> None:
    assert resolved(RecognitionSettings.model_validate(values), measured, has_card=card) == wanted


def test_the_real_model_is_measured() -> None:
    shares: list[float] = []
    found = measure(STARTER, on_progress=lambda share, _: shares.append(share), budget=120)  # a busy machine is slow
    assert found.is_complete
    assert not found.failed
    assert shares == sorted(shares)
    assert 0 < found.real_time_factor < 1
    assert found.choice in [timing.choice for timing in found.timings]
    assert {timing.choice.compute_type for timing in found.timings} == {"int8", "float32"}


def test_a_budget_that_is_spent_ends_it_with_what_was_measured() -> None:
    found = measure(STARTER, budget=0.0)
    assert len(found.timings) == 1
    assert not found.is_complete


def test_it_can_be_cancelled(tmp_path: Path) -> None:
    cancelled = threading.Event()
    found = measure(STARTER, cancelled=cancelled, on_progress=lambda *_: cancelled.set())
    assert len(found.timings) == 1
    with pytest.raises(ModelBroken):
        measure(STARTER, cancelled=cancelled)


def test_what_cannot_be_loaded_is_left_out_and_a_broken_model_is_named(tmp_path: Path) -> None:
    machine = this_machine()
    with_card = Machine(1, machine.processor_types, ("float16",))
    found = measure(STARTER, machine=with_card)
    assert found.failed == (() if machine.card_types else (Choice("cuda", "float16", 1),))
    broken = make_whisper(tmp_path / "broken", TINY)
    (broken / "model.bin").write_bytes((broken / "model.bin").read_bytes()[:1000])
    with raises(ModelBroken, match="install it again"):
        measure(broken)


FOUND = Tuning(FOUR, (Timing(FOUR, 0.1, 0.01), Timing(UNTUNED, 0.2, 0.02)), (CUDA,), is_complete=False)


def test_what_was_found_is_remembered_for_the_model_as_it_is(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "model.bin").write_bytes(b"1234")
    file = tmp_path / "cache" / "tuning.json"
    assert TuningCache(file).get(model) is None
    TuningCache(file).put(model, FOUND)
    assert TuningCache(file).get(model) == FOUND
    assert TuningCache(file).get(tmp_path / "other") is None
    (model / "model.bin").write_bytes(b"12345")
    assert TuningCache(file).get(model) is None


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"version": 1}', '{"version": 1, "entries": []}', '{"version": 99}']
)
def test_a_broken_cache_counts_as_empty(tmp_path: Path, content: str) -> None:
    file = tmp_path / "tuning.json"
    file.write_text(content)
    cache = TuningCache(file)
    assert cache.get(STARTER) is None
    cache.put(STARTER, FOUND)
    assert cache.get(STARTER) == FOUND


@checks(deadline=None)  # it writes to the disk
@given(
    st.sampled_from(["choice", "timings", "failed", "is_complete"]), st.none() | st.integers() | st.text() | st.just([])
)
def test_a_broken_entry_counts_as_none(tmp_path_factory: pytest.TempPathFactory, key: str, value: object) -> None:
    file = tmp_path_factory.mktemp("cache") / "tuning.json"
    TuningCache(file).put(STARTER, FOUND)
    content = json.loads(file.read_text())
    next(iter(content["entries"].values()))[key] = value
    file.write_text(json.dumps(content))
    found = TuningCache(file).get(STARTER)
    assert found is None or found.choice == FOUND.choice


def test_one_file_keeps_what_was_measured_with_models_and_without(tmp_path: Path) -> None:
    file = tmp_path / "tuning.json"
    cache = TuningCache(file)
    cache.put(STARTER, FOUND)
    cache.put_rates("this one", 3e10, 8e9)
    assert TuningCache(file).get(STARTER) == FOUND
    assert TuningCache(file).rates("this one") == (3e10, 8e9)
    assert TuningCache(file).rates("another") is None


@pytest.mark.parametrize("card", [False, True])
@pytest.mark.parametrize("device", ["auto", "cpu", "cuda"])
def test_there_is_one_way_in_which_speed_is_reckoned(
    device: str, card: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(speed_class, "has_card", lambda: card)
    monkeypatch.setattr(paths, "tuning_file", lambda: tmp_path / "tuning.json")
    settings = Settings.model_validate({"recognition": {"device": device}})
    way = speed_class.way(settings.recognition)
    assert way["device"] == ("cuda" if device == "cuda" or (device == "auto" and card) else "cpu")
    name = speed_class._name(speed_class.machine(), way["threads"], way["compute_type"], way["device"])
    TuningCache().put_rates(name, 3e10, 8e9)
    shape = Shape(512, 6, 6)
    model = InstalledModel("whisper", "m", "M", tmp_path, ("en",), 1, False, shape=shape)
    reckoned = speed_class.share_of_shape(shape, speed_class.measured(**way))
    assert reckoned is not None
    assert cost_of(model, settings.recognition) == reckoned
    assert overview.is_measured(settings)
