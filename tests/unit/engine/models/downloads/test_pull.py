"""Fetching models from a server with every fault that a line and a server have."""

import random
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.engine.errors import (
    ChecksumWrong,
    DiskFull,
    DownloadBusy,
    DownloadError,
    DownloadGone,
    DownloadRefused,
    DownloadStopped,
    ModelBroken,
    ModelError,
    Unreachable,
)
from desktop.engine.models import installed as models
from desktop.engine.models import model_places
from desktop.engine.models.downloads import Control, Downloads, Patience, Phase, Progress, state
from desktop.engine.models.translation_routes import translation_route
from desktop.messages import text_of
from desktop.settings.declaration import ModelSettings
from tests.model_server import REVISION, STARTER, Fault, ModelServer
from tests.unit.engine.models.downloads.conftest import SHORT
from tests.waiting import wait_until

STORE = f"/store/Systran/faster-whisper-small/resolve/{REVISION}/model.bin"
WEIGHTS = (STARTER / "whisper" / "model.bin").read_bytes()


def downloads(server: ModelServer, patience: Patience = SHORT) -> Downloads:
    return Downloads(server.settings, patience=patience)


def is_sentence(error: ModelError) -> bool:
    text = text_of(error)
    return text.endswith((".", "?")) and "\n" not in text and "Traceback" not in text and 20 < len(text) < 400


def nothing_is_there(home: Path) -> bool:
    """No model, whole or broken, besides the starter's."""
    installed = [one for kind in models.KINDS for one in models.installed(kind) if not one.is_starter]
    return not installed and not any(models.broken(kind) for kind in models.KINDS)


@pytest.mark.parametrize("pinned", [True, False])
def test_a_recogniser_is_fetched_checked_and_usable(home: Path, server: ModelServer, pinned: bool) -> None:
    entry = server.add_whisper(pinned=pinned)
    seen: list[Progress] = []
    model = downloads(server).pull(entry, seen.append)
    assert (model.name, model.path) == ("small", home / "whisper" / "small")
    assert (model.path / "model.bin").read_bytes() == WEIGHTS
    assert models.recognition_model("small").path == model.path
    assert not (model.path / "README.md").exists()
    assert [one.phase for one in seen][-1] is Phase.DONE
    assert {Phase.ASKING, Phase.FETCHING, Phase.CHECKING, Phase.INSTALLING} <= {one.phase for one in seen}
    assert seen[-1].done == seen[-1].total == entry.size_bytes
    asked = [one.path for one in server.requests if one.path.startswith("/api/")]
    assert len(asked) == (0 if pinned else 1)  # what is pinned needs no question
    assert list((home / ".partial").glob("*/")) == [one for one in (home / ".partial").glob("*/") if one.is_file()]


def test_what_was_resolved_is_remembered(home: Path, server: ModelServer) -> None:
    downloads(server).pull(server.add_whisper())
    kept = state.recorded("whisper", "small")
    assert kept is not None
    assert kept.revision == REVISION
    assert all(one.size for one in kept.files)
    assert next(one for one in kept.files if one.path == "model.bin").sha256


def test_a_package_and_a_voice_are_fetched(home: Path, server: ModelServer) -> None:
    package, voice = server.add_package("en", "de"), server.add_voice("en_US-amy-low")
    installed = downloads(server).pull(package)
    assert (installed.languages, installed.path) == (("en", "de"), home / "argos" / "translate-en_de-1_0")
    spoken = downloads(server).pull(voice)
    assert (spoken.languages, spoken.path.parent.name) == (("en",), "en_US-amy-low")
    assert [one.name for one in models.installed("voice") if not one.is_starter] == ["en_US-amy-low"]
    assert translation_route("en", "de")[0].name == "translate-en_de-1_0"


def test_what_is_there_is_not_fetched_again(home: Path, server: ModelServer) -> None:
    entry = server.add_whisper(pinned=True)
    downloads(server).pull(entry)
    count = len(server.requests)
    assert downloads(server).pull(entry).name == "small"
    assert len(server.requests) == count
    downloads(server).pull(entry, again=True)
    assert len(server.requests) > count


def test_a_pull_cut_at_random_points_resumes_each_time(home: Path, server: ModelServer) -> None:
    entry = server.add_whisper(pinned=True)
    chance = random.Random(7)
    for round_ in range(30):
        place = chance.randrange(len(WEIGHTS))
        server.faults = [Fault(STORE, times=1, cut_after=place)]
        server.requests.clear()
        # No second try: the pull ends there, as if the program had been closed, and another one goes on.
        with pytest.raises(Unreachable) as caught:
            downloads(server, replace(SHORT, attempts=1)).pull(entry)
        assert is_sentence(caught.value)
        assert nothing_is_there(home)
        part = home / ".partial" / "whisper-small" / "parts" / "model.bin.part"
        kept = part.stat().st_size if part.exists() else 0
        assert kept <= place
        server.requests.clear()
        model = downloads(server).pull(entry)
        assert (model.path / "model.bin").read_bytes() == WEIGHTS, round_
        (request,) = [one for one in server.requests if one.path == STORE]
        assert request.range == (f"bytes={kept}-" if kept else "")
        shutil.rmtree(model.path)


def test_a_line_that_breaks_again_and_again_is_gone_on_with(home: Path, server: ModelServer) -> None:
    entry = server.add_whisper(pinned=True)
    server.faults = [Fault(STORE, times=12, cut_after=len(WEIGHTS) // 14)]
    seen: list[Progress] = []
    model = downloads(server).pull(entry, seen.append)
    assert (model.path / "model.bin").read_bytes() == WEIGHTS
    assert Phase.RETRYING in {one.phase for one in seen}
    done = [one.done for one in seen]
    assert done == sorted(done)  # nothing was fetched twice
    assert done[-1] == entry.size_bytes


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(STORE, status=403), DownloadRefused),
        (Fault(STORE, status=401), DownloadRefused),
        (Fault(STORE, status=404), DownloadGone),
        (Fault(STORE, status=500), Unreachable),
        (Fault(STORE, status=418), DownloadError),
        (Fault(STORE, status=429, headers={"retry-after": "0"}), Unreachable),
        (Fault(STORE, cut_after=0), Unreachable),
        (Fault(STORE, flip=5000), ChecksumWrong),
        (Fault(STORE, replace=b"<html>Please log in</html>"), ChecksumWrong),
        (Fault(STORE, status=302, headers={"location": STORE}), DownloadError),
    ],
)
@pytest.mark.parametrize("pinned", [True, False])
def test_each_fault_ends_in_one_sentence_and_no_model(
    home: Path, server: ModelServer, fault: Fault, error: type[ModelError], pinned: bool
) -> None:
    entry = server.add_whisper(pinned=pinned)
    server.faults = [replace(fault)]
    with pytest.raises(error) as caught:
        downloads(server).pull(entry)
    assert type(caught.value) is error
    assert is_sentence(caught.value)
    assert nothing_is_there(home)
    server.faults = []
    assert downloads(server).pull(entry).name == "small"  # and nothing that was kept is in the way


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_server_that_recovers_is_asked_again(home: Path, server: ModelServer, status: int) -> None:
    server.faults = [Fault("/api/", times=2, status=status), Fault(STORE, times=2, status=status)]
    assert downloads(server).pull(server.add_whisper()).name == "small"


def test_what_the_hub_does_not_know_is_said(home: Path, server: ModelServer) -> None:
    entry = replace(server.add_whisper(), repository="Systran/faster-whisper-gone")
    with pytest.raises(DownloadGone) as caught:
        downloads(server).pull(entry)
    assert is_sentence(caught.value)
    assert nothing_is_there(home)


@pytest.mark.parametrize(
    "answer", [b"<html>log in</html>", b"[]", b"{}", b'{"sha": 3, "siblings": 4}', b'"x"', b"null"]
)
def test_a_strange_answer_of_the_hub_is_said(home: Path, server: ModelServer, answer: bytes) -> None:
    server.faults = [Fault("/api/", replace=answer)]
    with pytest.raises(DownloadError) as caught:
        downloads(server).pull(server.add_whisper())
    assert is_sentence(caught.value)


def test_a_dead_mirror_is_passed_over_and_named_if_all_are_dead(home: Path, server: ModelServer) -> None:
    entry = server.add_whisper(pinned=True)
    dead = "http://127.0.0.1:9"
    both = ModelSettings(hub=(dead, server.address))
    assert Downloads(both, patience=SHORT).pull(entry).name == "small"
    with pytest.raises(Unreachable) as caught:
        Downloads(ModelSettings(hub=(dead,)), patience=SHORT).pull(entry, again=True)
    assert "127.0.0.1:9" in text_of(caught.value)
    assert is_sentence(caught.value)
    assert models.recognition_model("small")  # the one that was there is untouched


def test_a_proxy_that_is_none_is_said(home: Path, server: ModelServer) -> None:
    entry = server.add_whisper(pinned=True)
    for proxy in ("nonsense", "ftp://x", "http://127.0.0.1:9"):
        with pytest.raises(DownloadError) as caught:
            Downloads(ModelSettings(hub=("http://hub.invalid",), proxy=proxy), patience=SHORT).pull(entry)
        assert is_sentence(caught.value)


def test_an_address_that_is_none_is_said(home: Path, server: ModelServer) -> None:
    entry = server.add_whisper()
    for address in ("nonsense", "http://", "file:///etc", "http://[::1", "http://exa mple"):
        with pytest.raises(DownloadError) as caught:
            Downloads(ModelSettings(hub=(address,)), patience=SHORT).pull(entry)
        assert is_sentence(caught.value)


def test_a_server_without_ranges_sends_it_all_again(home: Path, server: ModelServer) -> None:
    entry = server.add_whisper(pinned=True)
    server.faults = [Fault(STORE, times=1, cut_after=4_000_000), Fault(STORE, no_range=True)]
    seen: list[Progress] = []
    model = downloads(server).pull(entry, seen.append)
    assert (model.path / "model.bin").read_bytes() == WEIGHTS
    assert seen[-1].done == entry.size_bytes


def test_a_part_that_is_too_long_or_of_another_file_is_thrown_away(home: Path, server: ModelServer) -> None:
    entry = server.add_whisper(pinned=True)
    parts = home / ".partial" / "whisper-small" / "parts"
    parts.mkdir(parents=True)
    (parts / "model.bin.part").write_bytes(bytes(len(WEIGHTS) + 5))
    (parts / "config.json.part").write_bytes(b"other")
    assert (downloads(server).pull(entry).path / "model.bin").read_bytes() == WEIGHTS


def test_a_range_past_the_end_is_survived(home: Path, server: ModelServer) -> None:
    """416: the package is whole already, or has become shorter."""
    entry = server.add_package()
    name = f"{entry.id}.argosmodel"
    content = server.packages[name]
    server.faults = [Fault(name, times=1, cut_after=len(content) - 10)]
    with pytest.raises(Unreachable):
        downloads(server, replace(SHORT, attempts=1)).pull(entry)
    part = home / ".partial" / f"argos-{entry.id}" / "parts" / f"{name}.part"
    part.write_bytes(content)
    assert downloads(server).pull(entry).name == entry.id
    assert 416 in [one.status for one in server.requests]

    server.requests.clear()
    part.parent.mkdir(parents=True)
    part.write_bytes(content + b"more")
    part.with_name(part.name + ".json").write_text('{"identity": "", "etag": "", "total": null}')
    assert downloads(server).pull(entry, again=True).name == entry.id
    assert [one.status for one in server.requests] == [416, 200]


def test_a_package_that_changed_on_the_server_is_begun_anew(home: Path, server: ModelServer) -> None:
    entry = server.add_package()
    name = f"{entry.id}.argosmodel"
    server.faults = [Fault(name, times=1, cut_after=100_000)]
    with pytest.raises(Unreachable):
        downloads(server, replace(SHORT, attempts=1)).pull(entry)
    server.index.clear()
    server.add_package(version="1.0")
    server.packages[name] = server.packages[name][:-22] + server.packages[name][-22:]
    import io
    import zipfile

    repacked = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(server.packages[name])) as old, zipfile.ZipFile(repacked, "w") as new:
        for info in old.infolist():
            new.writestr(info.filename, old.read(info))
    server.packages[name] = repacked.getvalue()
    assert downloads(server).pull(entry).name == entry.id
    assert [one.status for one in server.requests][-1] == 200  # If-Range: the old part was no use


def test_pause_and_resume(home: Path, server: ModelServer) -> None:
    entry = server.add_whisper(pinned=True)
    assert entry.size_bytes
    smaller = entry.size_bytes - len(WEIGHTS)  # the other files come first
    gate, control = threading.Event(), Control()
    server.faults = [Fault(STORE, times=1, hold=gate, hold_after=2_000_000)]
    paused = threading.Event()

    def watch(progress: Progress) -> None:
        if progress.phase is Phase.FETCHING and progress.done > smaller + 1_000_000 and not gate.is_set():
            control.pause()
            gate.set()
        if progress.phase is Phase.PAUSED:
            paused.set()

    result = in_thread(lambda: downloads(server).pull(entry, watch, control))
    assert paused.wait(20)
    assert nothing_is_there(home)
    kept = (home / ".partial" / "whisper-small" / "parts" / "model.bin.part").stat().st_size
    assert 0 < kept < len(WEIGHTS)
    control.resume()
    assert result().name == "small"
    assert f"bytes={kept}-" in [one.range for one in server.requests]


@pytest.mark.parametrize("discard", [False, True])
def test_stop_keeps_and_cancel_throws_away(home: Path, server: ModelServer, discard: bool) -> None:
    entry = server.add_whisper(pinned=True)
    control = Control()

    def watch(progress: Progress) -> None:
        if progress.phase is Phase.FETCHING and progress.done > 1_000_000:
            control.cancel() if discard else control.stop()

    with pytest.raises(DownloadStopped) as caught:
        downloads(server).pull(entry, watch, control)
    assert is_sentence(caught.value)
    assert nothing_is_there(home)
    assert (home / ".partial" / "whisper-small").exists() != discard
    assert downloads(server).pull(entry).name == "small"


@pytest.mark.parametrize("button", ["stop", "cancel", "pause"])
def test_buttons_work_while_the_server_sends_nothing(home: Path, server: ModelServer, button: str) -> None:
    entry = server.add_whisper(pinned=True)
    control, gate = Control(), threading.Event()
    server.faults = [Fault(STORE, times=1, hold=gate, hold_after=2_000_000)]
    phases: list[Phase] = []
    patient = replace(SHORT, read=600)  # so that only the button can end the wait
    result = in_thread(lambda: downloads(server, patient).pull(entry, lambda one: phases.append(one.phase), control))
    part = home / ".partial" / "whisper-small" / "parts" / "model.bin.part"
    assert wait_until(lambda: part.exists() and part.stat().st_size == 2_000_000)
    getattr(control, button)()
    if button == "pause":
        assert wait_until(lambda: Phase.PAUSED in phases)
        assert Phase.RETRYING not in phases
        control.resume()
        assert result().name == "small"
        return
    with pytest.raises(DownloadStopped):
        result()
    assert part.exists() == (button == "stop")


def test_two_pulls_at_once_fetch_once(home: Path, server: ModelServer) -> None:
    entry = server.add_whisper(pinned=True)
    gate, waits = threading.Event(), threading.Event()
    server.faults = [Fault(STORE, times=1, hold=gate, hold_after=1_000_000)]

    def fetching(progress: Progress) -> None:
        if progress.phase is Phase.FETCHING:
            begun.set()

    begun = threading.Event()
    first = in_thread(lambda: downloads(server, replace(SHORT, read=30)).pull(entry, fetching))
    assert begun.wait(20)
    with pytest.raises(DownloadBusy) as caught:
        downloads(server).pull(entry, wait=False)
    assert is_sentence(caught.value)
    second = in_thread(
        lambda: downloads(server).pull(entry, lambda one: waits.set() if one.phase is Phase.WAITING else None)
    )
    assert waits.wait(20)
    gate.set()
    assert first().path == second().path
    assert len([one for one in server.requests if one.path == STORE]) == 1


def test_a_disk_without_room_is_said_before_anything_is_fetched(
    home: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = server.add_whisper(pinned=True)
    usage = shutil.disk_usage("/")._replace(free=30_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage)
    with pytest.raises(DiskFull) as caught:
        downloads(server).pull(entry)
    assert is_sentence(caught.value)
    assert "30 MB are free" in text_of(caught.value)
    assert server.requests == []


def test_no_token_reaches_a_mirror(home: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = server.add_whisper()
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    downloads(server).pull(entry)
    assert {one.authorization for one in server.requests} == {""}
    monkeypatch.setenv("HF_ENDPOINT", server.address)
    Downloads(patience=SHORT).pull(entry, again=True)
    assert "Bearer hf_secret" in {one.authorization for one in server.requests}


def test_the_users_cache_is_used(home: Path, server: ModelServer) -> None:
    """Files that another program fetched to Hugging Face's cache are not fetched again."""
    entry = server.add_whisper(pinned=True)
    snapshot = model_places.huggingface_cache() / "models--Systran--faster-whisper-small" / "snapshots" / REVISION
    snapshot.mkdir(parents=True)
    blob = snapshot.parents[1] / "blobs" / "weights"
    blob.parent.mkdir()
    blob.write_bytes(WEIGHTS)
    (snapshot / "model.bin").symlink_to(blob)  # without the other files
    model = downloads(server).pull(entry, again=True)
    assert not [one for one in server.requests if one.path == STORE]
    assert (model.path / "model.bin").stat().st_ino == blob.stat().st_ino  # and no space twice
    assert len(server.requests) == 4


def test_what_arrives_whole_but_is_no_model_is_not_installed(home: Path, server: ModelServer) -> None:
    entry = server.add_whisper(weights=bytes(200_000), pinned=True)
    with pytest.raises(ModelBroken) as caught:
        downloads(server).pull(entry)
    assert is_sentence(caught.value)
    assert nothing_is_there(home)


def test_a_broken_package_is_refused(home: Path, server: ModelServer) -> None:
    entry = server.add_package()
    server.packages[f"{entry.id}.argosmodel"] = b"PK\x03\x04" + bytes(5000)
    with pytest.raises(ModelError) as caught:
        downloads(server).pull(entry)
    assert is_sentence(caught.value)
    assert nothing_is_there(home)


def test_an_old_model_stays_until_the_new_one_is_whole(home: Path, server: ModelServer) -> None:
    entry = server.add_whisper(pinned=True)
    downloads(server).pull(entry)
    server.faults = [Fault(STORE, flip=77)]
    with pytest.raises(ChecksumWrong):
        downloads(server).pull(entry, again=True)
    assert models.recognition_model("small").path == home / "whisper" / "small"


def test_a_mirror_of_voices_needs_no_hub(home: Path, server: ModelServer) -> None:
    entry = server.add_voice()
    settings = ModelSettings(hub=("http://127.0.0.1:9",), piper=(f"{server.address}/piper",))
    assert Downloads(settings, patience=SHORT).pull(entry).name == entry.id
    server.faults = [Fault("/piper/", flip=3)]
    with pytest.raises(ChecksumWrong):
        Downloads(settings, patience=SHORT).pull(entry, again=True)


def test_a_hub_without_an_api_serves_what_has_checksums(home: Path, server: ModelServer) -> None:
    entry = server.add_voice()
    server.faults = [Fault("/api/", status=404)]
    assert downloads(server).pull(entry).name == entry.id


def in_thread(work: Callable[[], models.InstalledModel]) -> Callable[[], models.InstalledModel]:
    """work() on another thread; the result is asked for by calling what comes back."""
    outcome: list[models.InstalledModel | BaseException] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def result() -> models.InstalledModel:
        thread.join(30)
        assert outcome, "it did not end"
        (found,) = outcome
        if isinstance(found, BaseException):
            raise found
        return found

    return result
