"""Words, rows and sums of models and downloads: pure decisions."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.message import verbatim
from desktop.engine.models.catalogue import Catalogue, Entry
from desktop.engine.models.downloads import Broken
from desktop.engine.models.installed import InstalledModel
from desktop.ui.models.list import actions_of, progress_line, state_of
from desktop.ui.models.needed_card import missing_words, progress_words, total_words
from desktop.ui.models.rows import ModelRow, matching, rows_of
from desktop.ui.models.tasks import Download, downloads_summary
from desktop.ui.models.words import language_words, licence_words, size_words, speed_words, time_words

SMALL = Entry("whisper", "small", "Whisper small", ("en", "es"), 486_000_000, "MIT", "a/b", "main")
TINY = Entry("whisper", "tiny", "Whisper tiny", ("en",), 78_000_000, "MIT", "a/b", "main")
PACKAGE = Entry("argos", "translate-en_es-1_0", "English → Spanish", ("en", "es"), None, "CC0", links=("https://x",))
VOICE = Entry("voice", "es_ES-ana-medium", "ana medium (es_ES)", ("es",), 63_000_000, "CC0", "a/b", "main")
CATALOGUE = Catalogue((SMALL, TINY, PACKAGE, VOICE), "2026-01-01")


def name(code: str) -> str:
    return {"en": "English", "es": "Spanish", "de": "German"}.get(code, code)


def model(kind: str, called: str, *, starter: bool = False) -> InstalledModel:
    return InstalledModel(kind, called, called, Path("/m") / called, ("en",), 1_000_000, starter)  # type: ignore[arg-type]


def rows(*installed: InstalledModel, broken: tuple[Broken, ...] = ()) -> dict[str, ModelRow]:
    return {row.id: row for row in rows_of(CATALOGUE, installed, broken, lambda _: "faster than speech", name)}


def test_sizes_times_and_speeds() -> None:
    assert [size_words(one) for one in (None, 0, 14_000, 1_500_000, 486_212_372, 3_090_835_702)] == [
        "", "0 B", "14 kB", "1.5 MB", "486 MB", "3.1 GB",
    ]  # fmt: skip
    assert [time_words(one) for one in (None, 4, 42, 61, 3_720, 7_200)] == [
        "", "a few seconds left", "40 s left", "1 min left", "1 h 2 min left", "2 h left",
    ]  # fmt: skip
    assert speed_words(2_300_000) == "2.3 MB/s"
    assert speed_words(0) == ""


@given(st.floats(min_value=0, max_value=1e9), st.integers(min_value=0, max_value=10**12))
def test_words_are_short_whatever_comes(seconds: float, count: int) -> None:
    assert len(time_words(seconds)) < 22
    assert 0 < len(size_words(count)) < 10


def test_languages_and_licences() -> None:
    assert language_words("whisper", ("en", "es"), name) == "English, Spanish"
    assert language_words("whisper", tuple("abcdefgh"), name) == "8 languages"
    assert language_words("argos", ("en", "es"), name) == "English → Spanish"
    assert licence_words("https://example.org/licence") == "licence on its page"
    assert licence_words("in its README") == "licence in its README"
    assert len(licence_words("x" * 200)) <= 28


def test_each_model_is_one_row_in_the_state_it_has() -> None:
    broken = Broken(
        "voice", VOICE.id, Path("/m/v"), verbatim("The voice /m/v cannot be used: it is truncated; repair it."), VOICE
    )
    found = rows(
        model("whisper", "small"), model("whisper", "mine"), model("whisper", "tiny", starter=True), broken=(broken,)
    )
    states = {key: row.state for key, row in found.items()}
    assert states == {
        "small": "installed",
        "mine": "installed",
        "tiny (starter)": "starter",
        "tiny": "available",
        "translate-en_es-1_0": "available",
        "es_ES-ana-medium": "broken",
    }
    assert found["es_ES-ana-medium"].details == "It is truncated."
    assert found["small"].entry is SMALL
    assert "faster than speech" in found["tiny"].details
    assert set(list(found)[:2]) == {"mine", "small"}  # what is here comes first


def test_a_broken_copy_beside_a_whole_one_is_a_row_of_its_own() -> None:
    broken = Broken("whisper", "small", Path("/cache/small"), verbatim("It is truncated."), SMALL)
    found = rows(model("whisper", "small"), broken=(broken,))
    assert found["small"].state == "installed"
    assert found["/cache/small"].state == "broken"


def test_rows_are_found_by_words_language_and_kind() -> None:
    every = tuple(rows().values())
    assert {row.id for row in matching(every, "spanish ana")} == {"es_ES-ana-medium"}
    assert {row.id for row in matching(every, "SPÁNISH ana")} == {"es_ES-ana-medium"}
    assert {row.id for row in matching(every, kind="argos")} == {"translate-en_es-1_0"}
    assert {row.id for row in matching(every, languages=frozenset({"es"}))} == {
        "small", "translate-en_es-1_0", "es_ES-ana-medium",
    }  # fmt: skip
    assert matching(every, languages=frozenset({"de"})) == ()
    assert {row.id for row in matching(every, languages=frozenset({"es", "de"}))} >= {"translate-en_es-1_0"}


def test_every_state_has_its_buttons_and_a_shape_of_its_own() -> None:
    row = rows()["small"]
    at = {
        phase: [action.name for action in actions_of(row, Download(row.key, "x", phase))]
        for phase in ("queued", "asking", "fetching", "retrying", "paused", "checking", "installing", "failed")
    }
    assert at["fetching"] == at["retrying"] == at["asking"] == ["pause", "cancel"]
    assert at["paused"] == ["resume", "cancel"]
    assert at["queued"] == ["cancel"]
    assert at["failed"] == ["retry", "cancel"]
    assert at["installing"] == at["checking"] == []
    assert [action.name for action in actions_of(row, None)] == ["fetch"]
    assert [action.name for action in actions_of(rows(model("whisper", "small"))["small"], None)] == ["remove"]
    phases = ("queued", "fetching", "retrying", "paused", "failed")
    assert len({state_of(row, Download(row.key, "x", phase))[1] for phase in phases}) == len(phases)


def test_nobody_can_repair_what_came_from_nowhere() -> None:
    broken = Broken("whisper", "mine", Path("/m/mine"), verbatim("It is truncated."), None)
    row = rows(broken=(broken,))["mine"]
    assert [action.name for action in actions_of(row, None)] == ["remove"]


def test_downloads_together() -> None:
    one = Download(("whisper", "a"), "A", "fetching", 25, 100, 10.0)
    two = Download(("whisper", "b"), "B", "paused", 50, 100)
    failed = Download(("whisper", "c"), "C", "failed", 10, 100)
    both = downloads_summary((one, two, failed))
    assert both is not None
    assert (both.count, both.done, both.total, both.fraction, both.speed, both.seconds_left) == (
        2, 75, 200, 0.375, 10.0, 12.5,
    )  # fmt: skip
    assert not both.is_paused
    assert progress_words(both) == "37 % · 10 B/s · 10 s left"
    assert downloads_summary((failed,)) is None
    unknown = downloads_summary((one, Download(("argos", "d"), "D", "fetching", 5, None)))
    assert unknown is not None
    assert unknown.fraction is None


def test_progress_lines() -> None:
    download = Download(("whisper", "a"), "A", "fetching", 208_000_000, 486_000_000, 2_300_000, 121.0)
    assert progress_line(download) == "42 % of 486 MB · 2.3 MB/s · 2 min left"
    assert (
        progress_line(Download(download.key, "A", "failed", message="Nobody answers; try later."))
        == "Nobody answers; try later."
    )


def test_what_is_missing_in_words() -> None:
    assert missing_words((VOICE, PACKAGE, SMALL)).replace("\u00a0", " ") == (
        "voice ana medium (es_ES) (63 MB), translation English → Spanish and Whisper small (486 MB)"
    )
    assert total_words((VOICE, SMALL)) == "549 MB"
    assert total_words((PACKAGE, SMALL)) == "at least 486 MB"
    assert total_words((PACKAGE,)) == ""
