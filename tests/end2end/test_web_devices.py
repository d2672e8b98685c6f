"""The page's list of microphones in a real browser that has two of them, and what it does when one is gone."""

import wave
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end2end.web_browser import Watched, browser, violations
from tests.serving import Server

FIRST, SECOND = "Fake Audio Input 1", "Fake Audio Input 2"
SYSTEM = "The system's microphone"
LONG = 40_000

# Nobody can pull the plug of a fake device: it is left out of the browser's list, and the browser says that the list
# is another one. `pulled`: names.
PULLS = """
window.pulled = [];
const all = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
navigator.mediaDevices.enumerateDevices = async () =>
    (await all()).filter(({ label }) => !window.pulled.includes(label));
window.pull = (...names) => {
    window.pulled = names;
    navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
};
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.opened = [];
navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    window.opened.push(stream);
    return stream;
};
"""
OPEN = "() => window.opened.flatMap((one) => one.getTracks()).filter((one) => one.readyState === 'live')"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    silence = tmp_path_factory.mktemp("microphone") / "silence.wav"
    with wave.open(str(silence), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(bytes(32_000))
    with browser(silence) as one:
        yield one


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as one:
        yield one


@pytest.fixture
def page(chromium: Browser, server: Server) -> Iterator[Page]:
    with Watched(chromium) as one:
        one.page.add_init_script(PULLS)
        load(one.page, server.url)
        yield one.page
        assert [problem for problem in one.problems if "Failed to load resource" not in problem] == []


def load(page: Page, url: str) -> None:
    page.goto(url)
    page.locator("#target option").first.wait_for(state="attached")
    expect(page.locator("#microphone option")).to_have_text([SYSTEM, FIRST, SECOND])


def state(page: Page, kind: str) -> None:
    expect(page.locator("#state")).to_have_attribute("data-kind", kind, timeout=LONG)


def live(page: Page) -> list[str]:
    """Names of what is open."""
    return list(page.evaluate(f"() => ({OPEN})().map((one) => one.label)"))


def chosen(page: Page) -> str:
    return str(page.locator("#microphone option:checked").inner_text())


def test_a_microphone_is_chosen_kept_and_exchanged_while_it_runs(page: Page, server: Server) -> None:
    assert chosen(page) == SYSTEM
    page.get_by_role("combobox", name="Microphone").select_option(label=SECOND)
    page.reload()
    expect(page.locator("#microphone option:checked")).to_have_text(SECOND)
    page.click("#start")
    state(page, "good")
    assert live(page) == [SECOND]
    page.select_option("#microphone", label=FIRST)
    page.wait_for_function(f"() => ({OPEN})().map((one) => one.label).join() === '{FIRST}'")
    state(page, "good")
    page.select_option("#microphone", label=SYSTEM)
    page.wait_for_function(f"() => ({OPEN})().map((one) => one.label).join() === 'Fake Default Audio Input'")
    page.click("#start")
    state(page, "off")
    assert live(page) == []
    load(page, server.url)
    assert chosen(page) == SYSTEM


def test_who_changes_their_mind_quickly_has_one_microphone(page: Page) -> None:
    page.click("#start")
    state(page, "good")
    for name in (FIRST, SECOND, SYSTEM, SECOND):
        page.select_option("#microphone", label=name)
    page.wait_for_function(f"() => ({OPEN})().map((one) => one.label).join() === '{SECOND}'")
    page.select_option("#microphone", label=FIRST)
    page.click("#start")  # at once
    state(page, "off")
    page.wait_for_function(f"() => ({OPEN})().length === 0")


def test_a_recording_goes_on_with_another_microphone(page: Page, server: Server) -> None:
    load(page, f"{server.url}?audio=recorder")
    page.click("#start")
    state(page, "good")
    page.select_option("#microphone", label=SECOND)
    page.wait_for_function(f"() => ({OPEN})().map((one) => one.label).join() === '{SECOND}'")
    page.click("#start")
    state(page, "off")
    assert live(page) == []
    expect(page.locator("#notice")).to_be_hidden()


def test_one_that_is_gone_is_said_to_be_and_no_other_listens_in_its_place(page: Page) -> None:
    page.select_option("#microphone", label=SECOND)
    page.evaluate("(name) => window.pull(name)", SECOND)
    expect(page.locator("#microphone-gone")).to_have_text(f"{SECOND} is not connected any more.")
    expect(page.locator("#microphone option")).to_have_text([SYSTEM, FIRST, f"{SECOND} (not connected)"])
    assert chosen(page) == f"{SECOND} (not connected)"
    assert violations(page) == []
    page.evaluate("() => window.pull()")
    expect(page.locator("#microphone-gone")).to_be_empty()
    expect(page.locator("#microphone option")).to_have_text([SYSTEM, FIRST, SECOND])
    assert chosen(page) == SECOND


def test_a_microphone_that_was_chosen_long_ago_and_is_not_there_is_named(page: Page, server: Server) -> None:
    page.evaluate(
        """() => localStorage.setItem("parley", JSON.stringify({ microphone: { id: "x", name: "Headset" } }))"""
    )
    page.reload()
    expect(page.locator("#microphone option:checked")).to_have_text("Headset (not connected)")
    page.click("#start")
    expect(page.locator("#notice p")).to_have_text(
        "Headset is not connected. Connect it or choose another microphone, then press Start."
    )
    assert live(page) == []
    assert violations(page) == []
    # Browsers give a device another id when their storage was cleared: it is known by its name.
    page.evaluate(
        """(name) => localStorage.setItem("parley", JSON.stringify({ microphone: { id: "x", name } }))""", FIRST
    )
    load(page, server.url)
    assert chosen(page) == FIRST
    page.click("#start")
    state(page, "good")
    assert live(page) == [FIRST]
    page.click("#start")
    state(page, "off")


def test_without_names_the_system_chooses(chromium: Browser, server: Server) -> None:
    with Watched(chromium) as one:
        one.page.add_init_script(
            """navigator.mediaDevices.enumerateDevices = async () =>
                   [{ kind: "audioinput", deviceId: "", label: "", groupId: "" }];"""
        )
        one.page.goto(server.url)
        one.page.locator("#target option").first.wait_for(state="attached")
        expect(one.page.locator("#microphone option")).to_have_text([SYSTEM])
        expect(one.page.locator("#microphone-gone")).to_be_empty()
