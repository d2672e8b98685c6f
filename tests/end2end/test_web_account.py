"""Who came in, on the page, and the way out: with a token, and by logging in, in a real browser."""

import os
import re
import wave
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from desktop.engine.events import Samples
from tests.command_line import run_parley
from tests.end2end.web_browser import Watched, browser, violations
from tests.oidc_provider import CLIENT, OidcProvider, oidc_provider
from tests.serving import Server

LONG = 40_000


@pytest.fixture(scope="module")
def chromium(speech: Callable[[str], Samples], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    said = tmp_path_factory.mktemp("microphone") / "said.wav"
    with wave.open(str(said), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes((speech("en-08") * 32767).astype("<i2").tobytes() + bytes(64_000))
    with browser(said) as one:
        yield one


@pytest.fixture
def provider() -> Iterator[OidcProvider]:
    with oidc_provider() as one:
        yield one


@pytest.fixture
def own(tmp_path: Path) -> Mapping[str, str]:
    """An environment of its own; the issuer on this machine is asked for directly."""
    place = {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return {**kept, **place}


def sessions(one: Watched) -> list[Any]:
    """The cookies of somebody who is logged in; that of the way to the issuer is another one."""
    return [cookie for cookie in one.context.cookies() if cookie["name"] == "parley"]


def is_ready(page: Page) -> None:
    page.locator("#target option").first.wait_for(state="attached")


def test_who_came_with_a_token_leaves_without_a_trace_of_it(chromium: Browser, own: Mapping[str, str]) -> None:
    made = run_parley(["tokens", "create", "front desk", "--scope", "speak"], own)
    (token,) = re.findall(r"parley_\S+", made.stdout)
    with Server(environment=own) as server, Watched(chromium) as one:
        page = one.page
        page.goto(server.url)
        page.fill("#token", token)
        expect(page.locator("#account")).to_be_hidden()
        page.press("#token", "Enter")
        is_ready(page)
        expect(page.locator("#who")).to_have_text("Token front desk")
        assert violations(page) == []
        page.get_by_role("button", name="Log out").click()
        expect(page.locator("#token")).to_be_visible()
        expect(page.locator("#account")).to_be_hidden()
        assert page.evaluate("() => JSON.stringify({ ...sessionStorage })").count(token) == 0
        assert not any(token in address for address in one.addresses)


def test_who_logged_in_logs_out(chromium: Browser, own: Mapping[str, str], provider: OidcProvider) -> None:
    provider.user = {"sub": "ann", "name": "Ann of the <long> corridor behind the library"}
    options = ("--oidc-issuer", provider.address, "--oidc-client", CLIENT)
    with Server(*options, environment=own) as server, Watched(chromium, size=(360, 740)) as one:
        page = one.page
        page.goto(server.url)
        page.click("#login")
        is_ready(page)
        expect(page.locator("#who")).to_have_text(provider.user["name"])
        expect(page.locator("#who")).to_have_attribute("title", provider.user["name"])
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert violations(page) == []
        (cookie,) = sessions(one)
        page.click("#share")
        expect(page.locator("#shared")).to_be_visible()
        page.click("#log-out")
        expect(page.locator("#login")).to_be_visible()
        assert sessions(one) == []
        assert page.evaluate("() => sessionStorage.getItem('parley')") == "{}"  # nor the key of a room
        one.context.add_cookies([cookie])
        page.reload()
        expect(page.locator("#login")).to_be_visible()  # whoever has kept it
        log = run_parley(["db", "audit", "--json"], own).stdout
        assert '"logout"' in log


def test_who_may_not_speak_is_told_so_and_can_leave(
    chromium: Browser, own: Mapping[str, str], provider: OidcProvider
) -> None:
    provider.user = {"sub": "bob", "name": "Bob", "parley_scopes": "listen"}
    options = ("--oidc-issuer", provider.address, "--oidc-client", CLIENT)
    with Server(*options, environment=own) as server, Watched(chromium) as one:
        page = one.page
        page.goto(server.url)
        page.click("#login")
        expect(page.locator("#who")).to_have_text("Bob")
        expect(page.locator("#enter-error")).not_to_be_empty()
        assert violations(page) == []
        page.click("#log-out")
        expect(page.locator("#account")).to_be_hidden()
        assert sessions(one) == []


def test_who_has_captions_is_asked_first(chromium: Browser, own: Mapping[str, str]) -> None:
    made = run_parley(["tokens", "create", "desk", "--scope", "speak"], own)
    (token,) = re.findall(r"parley_\S+", made.stdout)
    with Server(environment=own) as server, Watched(chromium) as one:
        page = one.page
        page.goto(server.url)
        page.fill("#token", token)
        page.press("#token", "Enter")
        is_ready(page)
        page.select_option("#source", "en")
        page.click("#start")
        page.locator("#lines .original").first.wait_for(timeout=LONG)
        asked: list[str] = []

        def answer(dialog: Dialog) -> None:
            asked.append(dialog.message)
            if len(asked) == 1:
                dialog.dismiss()
            else:
                dialog.accept()

        page.on("dialog", answer)
        page.click("#log-out")
        expect(page.locator("#state")).to_have_attribute("data-kind", "good")
        expect(page.locator("#lines .original").first).to_be_visible()
        page.click("#log-out")
        expect(page.locator("#token")).to_be_visible(timeout=LONG)
        assert asked == ["Log out? The captions on this page are gone then."] * 2


def test_a_server_that_is_gone_is_said_and_nobody_is_logged_out(
    chromium: Browser, own: Mapping[str, str], provider: OidcProvider
) -> None:
    options = ("--oidc-issuer", provider.address, "--oidc-client", CLIENT)
    with Server(*options, environment=own) as server, Watched(chromium) as one:
        page = one.page
        page.goto(server.url)
        page.click("#login")
        expect(page.locator("#who")).to_have_text("Ann")
        server.end()
        page.click("#log-out")
        expect(page.locator("#notice p")).to_have_text(
            "You are not logged out, as the server does not answer. Try again."
        )
        expect(page.locator("#who")).to_have_text("Ann")


def test_on_this_machine_nobody_has_to_log_out(chromium: Browser, own: Mapping[str, str]) -> None:
    with Server(environment=own) as server, Watched(chromium) as one:
        one.page.goto(server.url)
        is_ready(one.page)
        one.page.wait_for_load_state("networkidle")
        expect(one.page.locator("#account")).to_be_hidden()
        assert one.problems == []
