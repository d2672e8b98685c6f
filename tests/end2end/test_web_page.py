"""The server's page in a real browser: someone speaks into its microphone, others follow, read and hear."""

import os
import re
import wave
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from desktop.bench.people.prompts import prompts, samples_of
from desktop.bench.people.whole_files import spoken_errors
from desktop.engine.audio.sources.resample import resampled
from desktop.engine.text.compare import normalized_words
from tests.command_line import run_parley
from tests.end2end.human_speech import home
from tests.end2end.web_browser import Relay, Sent, Watched, browser, violations
from tests.end2end.web_scripts import CONTRASTS, FORGET, LINES, PLAY, WATCH_WORDS
from tests.real_models import environment, parley
from tests.serving import Server
from tests.waiting import wait_until

__all__ = ["home"]  # a fixture
pytestmark = pytest.mark.real_models

SAID = ("vm-nonumber", "confbridge-lock-no-join", "vm-marked-urgent")
"""Spanish prompts; about 17 s with the pauses"""
THEMES = ("light", "dark")
COLOURS = ("page", "black", "white", "yellow", "cream", "navy")
LONG = 40_000
"""ms for what a busy machine does"""
AFTER_ALL = 8
"""seconds of silence behind which nothing more is spoken, longer than a busy machine takes between two sentences"""


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the browser's microphone hears."""
    script = {one.name: one for one in prompts("es")}
    pause = np.zeros(16_000, np.float32)
    pieces = [pause[:9600], *(piece for name in SAID for piece in (samples_of(script[name].path), pause))]
    return written(np.concatenate(pieces), 16_000, tmp_path_factory.mktemp("microphone") / "said.wav")


def written(samples: Any, rate: int, file: Path) -> Path:
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return file


@pytest.fixture(scope="module")
def expected(home: Path, microphone: Path) -> str:
    """What the command line makes of the same recording."""
    done = parley(home, "transcribe", str(microphone), "--language", "es", "--model", "base")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def server(home: Path, expected: str) -> Iterator[Server]:
    with Server(model="base", environment=environment(home)) as one:
        yield one


@pytest.fixture(scope="module")
def chromium(microphone: Path) -> Iterator[Browser]:
    with browser(microphone) as one:
        yield one


def prepare(page: Page, url: str, *, speaks: bool = False) -> None:
    """Load the page and choose the languages."""
    page.goto(url)
    page.locator("#target option[value=en]").wait_for(state="attached")
    page.select_option("#source", "es")
    page.select_option("#target", "en" if speaks else "")
    if speaks:
        page.check("#voice")


def heard(page: Page) -> str:
    return " ".join(page.locator("#lines .original").all_inner_texts())


def state(page: Page, kind: str) -> None:
    expect(page.locator("#state")).to_have_attribute("data-kind", kind, timeout=LONG)


def wait_for_all(page: Page) -> None:
    """Until the last prompt is final."""
    expect(page.locator("#lines li.final")).to_have_count(len(SAID), timeout=LONG)


def stop(page: Page) -> None:
    page.click("#start")
    state(page, "off")


def test_someone_speaks_and_others_follow_read_and_hear(
    chromium: Browser, server: Server, home: Path, expected: str, tmp_path: Path
) -> None:
    with (
        Watched(chromium) as speaker,
        Watched(chromium, is_taped=True) as listener,
        Watched(chromium, size=(360, 500)) as reader,
        Watched(chromium, size=(960, 540)) as obs,
    ):
        page = speaker.page
        prepare(page, server.url, speaks=True)
        page.click("#share")
        expect(page.locator("#code")).to_have_text(re.compile(r"^[2-9A-Z]{4}-[2-9A-Z]{4}$"))
        code = page.locator("#code").inner_text()
        expect(page.locator("#link")).to_have_attribute("href", f"{server.url}#{code}")
        expect(page.locator("#qr svg")).to_be_visible()

        # One types the code in their own way, one has the link; OBS shows the translation.
        listener.page.goto(f"{server.url}?follow")
        listener.page.fill("#join-code", code.lower().replace("-", " "))
        listener.page.press("#join-code", "Enter")
        listener.page.click("#hear")
        state(listener.page, "good")
        reader.page.goto(f"{server.url}#{code}")
        reader.page.click("#reading")
        reader.page.evaluate(WATCH_WORDS)
        obs.page.goto(f"{server.url}?overlay&show=translation&size=72&keep=0#{code}")
        expect(page.locator("#followers")).to_have_text("3 people follow")

        page.click("#start")
        state(page, "good")
        wait_for_all(page)
        stop(page)
        assert spoken_errors(expected, heard(page)).count <= 2, heard(page)
        expect(page.locator("#announcements p")).to_have_count(len(SAID))

        # The listener has the same words, and hears the translation.
        expect(listener.page.locator("#lines li.final")).to_have_count(len(SAID))
        assert heard(listener.page) == heard(page)
        translation = " ".join(page.locator("#lines .translation").all_inner_texts())
        assert len(normalized_words(translation)) > 12, translation

        def is_silent() -> bool:
            rate, samples = listener.played()
            return float(np.abs(samples).max()) > 0.1 and float(np.abs(samples[-AFTER_ALL * rate :]).max()) < 0.001

        assert wait_until(is_silent, 60, every=0.5)
        rate, samples = listener.played()
        tape = written(resampled(samples, rate, 16_000), 16_000, tmp_path / "played.wav")
        again = parley(home, "transcribe", str(tape), "--language", "en", "--model", "base")
        assert spoken_errors(translation, again.stdout).count <= 4, (translation, again.stdout)
        assert shown_in_addresses(code, listener, reader, obs) == []

        # In reading mode no word that was certain has moved, and the halves of the screen were filled in turn.
        assert reader.page.evaluate("window.seen") > 15
        assert reader.page.evaluate("window.moved") == []

        # OBS shows two lines on nothing.
        expect(obs.page.locator("#roll-translation")).to_have_text(re.compile(".{40}"))
        picture = Image.open(BytesIO(obs.page.screenshot(omit_background=True)))
        alpha = np.asarray(picture.convert("RGBA"))[:, :, 3]
        assert set(np.unique(alpha[: alpha.shape[0] // 2])) == {0}
        assert (alpha[alpha.shape[0] // 2 :] > 0).mean() > 0.05
        assert lines_on(obs.page) == 2

        saved = save(listener.page, "srt", tmp_path)
        assert saved.count(" --> ") >= len(SAID)
        words = "\n".join(one for one in saved.splitlines() if " --> " not in one and not one.isdigit())
        both = [*normalized_words(heard(page)), *normalized_words(translation)]
        assert sorted(normalized_words(words)) == sorted(both)
        assert save(listener.page, "vtt", tmp_path).startswith("WEBVTT\n\n00:00:0")
        assert save(listener.page, "txt", tmp_path).count("\n\n") == len(SAID) - 1
        for one in (speaker, listener, reader, obs):
            assert one.problems == []

        faults = [f"speak {one}" for one in in_each_theme(page)]
        faults += [f"follow {one}" for one in in_each_theme(listener.page)]
        faults += [f"read {one}" for one in in_each_theme(reader.page)]
        faults += [f"overlay {one}" for one in violations(obs.page)]
        listener.page.click("#display")
        faults += [f"display {one}" for one in in_each_theme(listener.page)]
        for colours in COLOURS:
            listener.page.check(f"#colours input[value={colours}]", force=True)
            faults += [f"{colours} {one}" for one in violations(listener.page)]
            ratios = listener.page.evaluate(CONTRASTS)
            assert ratios["certain"] >= 7, (colours, ratios)
            assert ratios["other"] >= 7, (colours, ratios)
            assert ratios["open"] >= 4.5, (colours, ratios)
        assert faults == [], "\n".join(faults)


def in_each_theme(page: Page) -> list[str]:
    found = []
    for theme in THEMES:
        page.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
        found += [f"{theme}: {one}" for one in violations(page)]
    return found


def shown_in_addresses(secret: str, *pages: Watched) -> list[str]:
    """What was sent over the line with it; a fragment is not."""
    sent = [address.partition("#")[0] for page in pages for address in page.addresses]
    assert sent
    return [one for one in sent if secret.replace("-", "").lower() in one.replace("-", "").lower()]


def lines_on(page: Page) -> int:
    """Lines of text that can be seen in the overlay."""
    return int(page.evaluate(LINES))


def save(page: Page, form: str, folder: Path) -> str:
    page.click("details.save summary")
    with page.expect_download() as download:
        page.click(f"details.save [data-form={form}]")
    file = folder / f"captions.{form}"
    download.value.save_as(file)
    return file.read_text(encoding="utf-8")


def test_cut_off_for_ten_seconds_and_then_forgotten_nothing_is_lost_or_doubled(
    chromium: Browser, server: Server, expected: str
) -> None:
    relay = Relay(int(server.url.rstrip("/").rpartition(":")[2]))
    try:
        with Watched(chromium) as speaker:
            page = speaker.page
            sent = Sent(page)
            prepare(page, relay.url)
            page.click("#start")
            expect(page.locator("#lines .original").first).to_be_visible(timeout=LONG)
            relay.mute()
            expect(page.locator("#state")).to_have_text(re.compile(r" [1-9]\d s of speech are kept"), timeout=LONG)
            state(page, "bad")
            relay.unmute()
            state(page, "good")
            expect(page.locator("#lines li.final")).to_have_count(2, timeout=LONG)
            page.evaluate(FORGET)
            relay.cut()
            wait_for_all(page)
            stop(page)
            assert spoken_errors(expected, heard(page)).count <= 2, heard(page)
    finally:
        relay.close()

    first, *others = sent.greeted()
    assert [one["greeting"]["resumed"] for one in others][:1] == [True]
    assert not others[-1]["greeting"]["resumed"]
    whole = first["audio"]
    for one in others:
        # A new stream (after `server_busy`, too) gets all that was not final in the one before, and nothing that was.
        audio = one["audio"]
        begins = one["greeting"]["offset"] if one["greeting"]["resumed"] else whole.find(audio[:32_000])
        assert 0 < begins <= len(whole)
        both = min(len(audio), len(whole) - begins)
        assert audio[:both] == whole[begins : begins + both]
        whole += audio[both:]
    assert len(whole) > 15 * 32_000


def test_without_worklets_the_page_records_and_loaded_again_it_goes_on_with_its_stream(
    chromium: Browser, server: Server, expected: str
) -> None:
    with Watched(chromium) as speaker:
        page = speaker.page
        sent = Sent(page)
        prepare(page, f"{server.url}?audio=recorder")
        page.click("#start")
        expect(page.locator("#lines li.final")).to_have_count(1, timeout=LONG)
        before = heard(page)
        assert spoken_errors(expected.splitlines()[0], before).count <= 1
        page.reload()
        expect(page.locator("#lines .original").first).to_have_text(before)
        state(page, "off")
        page.click("#start")  # the microphone plays its recording from the beginning
        last = before.split()[-1]
        expect(page.locator("#lines")).to_have_text(re.compile(rf"{last}.*{last[:-1]}", re.DOTALL), timeout=LONG)
        stop(page)
        assert [one["greeting"]["resumed"] for one in sent.greeted()] == [False, True]
        assert heard(page).startswith(before)
        assert speaker.problems == []


def test_speech_is_played_without_a_gap_and_what_is_old_is_left_out(chromium: Browser, server: Server) -> None:
    with Watched(chromium, is_taped=True) as listener:
        listener.page.goto(server.url)
        assert listener.page.evaluate(PLAY, 3) >= 100

        def has_played() -> bool:
            rate, samples = listener.played()
            return len(np.flatnonzero(np.abs(samples) > 0.01)) > 2 * rate

        assert wait_until(has_played, 30, every=0.5)
        rate, samples = listener.played()
        loud = np.flatnonzero(np.abs(samples) > 0.01)
        # A zero of the tone is shorter. A busy machine may leave out a piece while it plays; pieces that do not join
        # would leave a gap at each of a hundred borders.
        assert np.count_nonzero(np.diff(loud) >= 0.004 * rate) <= 2


def test_without_a_microphone_one_sentence_says_what_to_do(chromium: Browser, server: Server) -> None:
    with Watched(chromium) as speaker:
        speaker.page.add_init_script(
            """navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotFoundError"));"""
        )
        prepare(speaker.page, server.url)
        speaker.page.click("#start")
        expect(speaker.page.locator("#notice p")).to_have_text(
            "No microphone was found. Connect one, then press Start."
        )
        expect(speaker.page.locator("#start")).to_have_text("Start")


def test_a_wrong_code_is_said_so(chromium: Browser, server: Server) -> None:
    with Watched(chromium) as follower:
        page = follower.page
        page.goto(f"{server.url}?follow")
        expect(page.locator("#join-code")).to_be_focused()
        page.keyboard.type("aaaa aaaa")
        page.keyboard.press("Enter")
        expect(page.locator("#join-error")).to_have_text("There is no room of this code. Ask for the code again.")
        assert violations(page) == []
        page.goto(f"{server.url}#AAAA-AAAA")
        expect(page.locator("#notice p")).to_have_text("There is no room of this code; ask for the code again.")
        state(page, "bad")


def test_where_a_token_is_needed_the_page_asks_for_it_and_a_code_is_enough_to_follow(
    chromium: Browser, tmp_path: Path
) -> None:
    place = {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
    own = {**os.environ, **place}
    made = run_parley(["tokens", "create", "page", "--scope", "speak"], own)
    (token,) = re.findall(r"parley_\S+", made.stdout)
    with Server(environment=own) as server, Watched(chromium) as speaker, Watched(chromium) as follower:
        page = speaker.page
        answer = page.goto(server.url)
        assert answer is not None
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        page.fill("#token", token[:-1] + "_")
        assert violations(page) == []
        page.press("#token", "Enter")
        expect(page.locator("#enter-error")).not_to_be_empty()
        page.fill("#token", token)
        page.press("#token", "Enter")
        page.locator("#target option[value=es]").wait_for(state="attached")
        page.click("#share")
        expect(page.locator("#qr svg")).to_be_visible()
        code = page.locator("#code").inner_text()
        follower.page.goto(f"{server.url}#{code}")
        state(follower.page, "good")
        (cookie,) = follower.context.cookies()
        assert cookie["httpOnly"]
        assert cookie["sameSite"] == "Strict"
        expect(page.locator("#followers")).to_have_text("1 person follows")
        page.click("#unshare")
        state(follower.page, "off")
        assert shown_in_addresses(token, speaker, follower) == []
        assert shown_in_addresses(code, speaker, follower) == []
        assert follower.problems == []
