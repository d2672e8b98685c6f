"""Lines of a runner, and what they mean."""

import json
from pathlib import Path

from desktop.bench.peers.runs import Setting, as_run, environment


def lines(*contents: dict[str, object]) -> list[str]:
    return [json.dumps(one) for one in contents]


END = {"done": True, "t": 109.0, "cpu": 3.5, "rss": 1000, "others": 0.5, "late": 0.01}


def test_times_count_from_the_beginning_of_the_audio() -> None:
    run = as_run(
        lines({"began": 100.0}, {"t": 101.5, "committed": "a", "shown": "a b"}, END), "system", "track", 2, True
    )
    assert run.failure == ""
    assert [(one.at, one.committed, one.shown, one.stable) for one in run.said] == [(1.5, "a", "a b", None)]
    assert (run.cpu, run.rss, run.others, run.late, run.text, run.repeat) == (3.5, 1000, 0.5, 0.01, "a", 2)


def test_a_runner_that_says_why_it_failed() -> None:
    run = as_run(lines({"began": 100.0}, {"failed": "ImportError: no torch"}), "system", "track", 0, True)
    assert run.failure == "ImportError: no torch"


def test_a_runner_that_just_ends() -> None:
    assert as_run(lines({"began": 100.0}), "s", "t", 0, True).failure == "it ended before the audio did"
    assert as_run([], "s", "t", 0, True, "its process ended with code -9").failure == "its process ended with code -9"


def test_a_line_that_is_none_is_a_failure() -> None:
    run = as_run(["Loading model…", *lines({"began": 1.0}, END)], "s", "t", 0, True)
    assert "no line of the protocol" in run.failure


def test_runners_are_offline_single_threaded_and_free_of_the_user_s_python_settings(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("PARLEY_RECOGNITION__LANGUAGE", "es")
    found = environment(Setting(Path("m"), Path("base"), 5, 1), Path("/folder"))
    assert found["OMP_NUM_THREADS"] == "1"
    assert found["HF_HUB_OFFLINE"] == "1"
    assert "elsewhere" not in found["PYTHONPATH"]
    assert "PARLEY_RECOGNITION__LANGUAGE" not in found
    assert (found["PARLEY_BENCH_SHADOW"], found["PARLEY_BENCH_CORE"]) == ("base", "1")
    assert environment(Setting(Path("m"), None, 5, None), Path("/folder"))["PARLEY_BENCH_SHADOW"] == ""
