"""What the doctor says of the Parley server."""

from desktop.doctor import server
from desktop.doctor.findings import Health
from desktop.engine.remote.trial import Tried
from desktop.settings.declaration import Settings
from desktop.settings.store import changed
from tests.serving import shared_server


def look(url: str, language: str = "en") -> server.CheckResult:
    return server.server(changed(Settings(), {"server.url": url, "recognition.language": language}))


def test_without_one_nobody_is_asked() -> None:
    assert look("").health is Health.SKIPPED


def test_one_that_cannot_be_used_says_what_to_do() -> None:
    for url, words in (("http://127.0.0.1:9", "parley serve"), ("http://cellar", "https://"), ("a b", "https://")):
        found = look(url)
        assert found.health is Health.WARNING
        assert "this computer recognises meanwhile" in found.sentence
        assert words in found.fix
        assert found.fix[0].isupper()


def test_one_that_answers_is_named_with_its_time() -> None:
    found = look(shared_server().url)
    assert "Starter (phrasebook) on 127.0.0.1" in found.sentence
    assert found.private
    assert "does not understand German" in look(shared_server().url, "de").sentence


def test_a_slow_one_is_a_warning() -> None:
    tried = Tried("cellar:5026", "Whisper large", frozenset({"en"}), 3.2)
    found = server.judge(tried, ("en",))
    assert found.health is Health.WARNING
    assert "3.2 s" in found.sentence
    assert server.judge(Tried("cellar:5026", "base", frozenset({"en"}), 0.084), ()).health is Health.OK
