"""What the doctor says of the models: here of translation without Argos packages."""

import pytest

from desktop.doctor import installed
from desktop.doctor.findings import Health
from desktop.settings.declaration import Settings
from desktop.settings.store import changed


def spanish(**more: str) -> Settings:
    wanted = {"recognition.language": "es", "translation.target": "en"}
    return changed(Settings(), wanted | {f"translation.{name}": value for name, value in more.items()})


@pytest.fixture
def no_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.engine.models.model_places.argos_directories", lambda problems: iter(()))
    monkeypatch.setattr("desktop.engine.models.apertium.MODES", ())


@pytest.mark.usefixtures("no_packages")
def test_whisper_makes_up_for_a_missing_package_into_english() -> None:
    for backend in ("auto", "whisper"):
        assert installed.models(spanish(backend=backend)).health is Health.WARNING  # the starter is basic
    verdict = installed.models(spanish(backend="argos"))
    assert verdict.health is Health.PROBLEM
    assert "es→en" in verdict.sentence


@pytest.mark.usefixtures("no_packages")
def test_it_does_not_into_another_language() -> None:
    verdict = installed.models(changed(Settings(), {"recognition.language": "en", "translation.target": "es"}))
    assert verdict.health is Health.PROBLEM
    assert "en→es" in verdict.sentence


@pytest.mark.usefixtures("no_packages")
def test_english_is_offered_as_target_where_whisper_translates() -> None:
    from desktop.ui.models.installed_choices import find

    assert "en" in [choice.value for choice in find(spanish()).targets]
    assert "es" not in [choice.value for choice in find(spanish()).targets]


def test_with_packages_all_their_targets_are_offered() -> None:
    from desktop.ui.models.installed_choices import find

    both = changed(Settings(), {"recognition.languages": ("en", "es")})
    assert {"en", "es"} <= {choice.value for choice in find(both).targets}


def test_with_a_server_every_language_is_offered_and_what_lacks_here_is_a_warning() -> None:
    from desktop.ui.models.installed_choices import find

    here = changed(Settings(), {"recognition.language": "de", "translation.target": "fr"})
    there = changed(here, {"server.url": "https://cellar:5026"})
    assert "uk" not in {choice.value for choice in find(here).sources}
    found = find(there)
    assert {"de", "uk", "yue"} <= {choice.value for choice in found.sources}
    assert {"de", "uk", "es"} <= {choice.value for choice in found.targets}
    assert not found.is_phrasebook
    assert installed.models(here).health is Health.PROBLEM
    assert installed.models(there).health is Health.WARNING
    only_here = changed(there, {"recognition.backend": "whisper", "translation.backend": "argos"})
    assert "uk" not in {choice.value for choice in find(only_here).sources}


def test_with_a_cloud_engine_every_language_is_offered_for_what_it_does() -> None:
    from desktop.ui.models.installed_choices import find

    here = changed(Settings(), {"recognition.language": "en", "translation.target": "es"})
    read = find(changed(here, {"cloud.translation": ("deepl",)}))
    assert {"de", "uk", "es"} <= {choice.value for choice in read.targets}
    assert "uk" not in {choice.value for choice in read.sources}
    heard = find(changed(here, {"cloud.recognition": ("deepgram",)}))
    assert {"de", "uk"} <= {choice.value for choice in heard.sources}
    never = find(changed(here, {"cloud.recognition": ("deepgram",), "cloud.policy": "never"}))
    assert "uk" not in {choice.value for choice in never.sources}
