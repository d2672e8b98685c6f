"""Every cloud engine there is: whose it is, what it does, what leaves this machine for it, and what that costs.

A new engine is a record here, a file for each of its stages (`*/backends/cloud/`) and a line in `pool/clouds.py`. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from desktop.engine.requests import Stage

Unit = Literal["minute", "million characters"]


@dataclass(frozen=True, slots=True)
class Price:
    """What a provider asks, by its public list, beyond what is free."""

    dollars: float
    """US dollars for one unit"""
    unit: Unit
    source: str
    """address of the list"""
    read: str = "2026-03"
    """month of the list; prices are the provider's to change"""

    def of(self, *, seconds: float = 0.0, characters: int = 0) -> float:
        """US dollars for so much sound and text."""
        return self.dollars * (seconds / 60 if self.unit == "minute" else characters / 1e6)


FREE = Price(0.0, "million characters", "")


@dataclass(frozen=True, slots=True, eq=False)
class CloudEngine:
    """A provider's engine."""

    key: str
    """as settings, commands and metrics name it ("google")"""
    label: str
    """as users know it"""
    receiver: str
    """who gets what is sent, where the address is the provider's own"""
    prices: Mapping[Stage, Price]
    """by what it can do; sound is sent to be recognised, text to be translated or spoken"""
    endpoint: str
    """address of the provider; the setting `cloud.KEY_endpoint` names another one"""
    secret: str
    """name of its key in the keyring; empty: it takes none"""
    key_page: str
    """where a key is got"""
    extra: str = ""
    """of the package, with the provider's library; empty: none is needed"""
    packages: tuple[str, ...] = ()
    """what that extra asks for"""
    imports: str = ""
    """module of that library"""
    models: Mapping[Stage, str] = field(default_factory=dict)
    """what is asked for unless the settings say otherwise"""
    region: str = ""
    """the same of the region; empty: it has none to choose"""

    @property
    def stages(self) -> tuple[Stage, ...]:
        return tuple(self.prices)


_GOOGLE_SPEECH = "https://cloud.google.com/speech-to-text/pricing"
_GOOGLE_TRANSLATE = "https://cloud.google.com/translate/pricing"
_GOOGLE_VOICE = "https://cloud.google.com/text-to-speech/pricing"
_OPENAI = "https://platform.openai.com/docs/pricing"
_DEEPGRAM = "https://deepgram.com/pricing"
_DEEPL = "https://www.deepl.com/pro-api"
_OPENAI_KEYS = "https://platform.openai.com/api-keys"

ENGINES: Mapping[str, CloudEngine] = MappingProxyType(
    {
        engine.key: engine
        for engine in (
            CloudEngine(
                "google",
                "Google Cloud",
                "Google",
                {
                    Stage.RECOGNITION: Price(0.016, "minute", _GOOGLE_SPEECH),
                    Stage.TRANSLATION: Price(20.0, "million characters", _GOOGLE_TRANSLATE),
                    Stage.SPEECH: Price(30.0, "million characters", _GOOGLE_VOICE),
                },
                endpoint="googleapis.com",
                secret="cloud-google",
                key_page="https://console.cloud.google.com/iam-admin/serviceaccounts",
                extra="google",
                packages=(
                    "google-cloud-speech>=2.33",
                    "google-cloud-translate>=3.21",
                    "google-cloud-texttospeech>=2.29",
                ),
                imports="google.cloud.speech_v2",
                models={Stage.RECOGNITION: "long", Stage.SPEECH: "Chirp3-HD"},
                region="eu",
            ),
            CloudEngine(
                "openai",
                "OpenAI",
                "OpenAI",
                {
                    Stage.RECOGNITION: Price(0.0045, "minute", _OPENAI, "2026-11"),
                    Stage.SPEECH: Price(15.0, "million characters", _OPENAI, "2026-11"),
                },
                endpoint="https://api.openai.com/v1",
                secret="cloud-openai",
                key_page=_OPENAI_KEYS,
                extra="openai",
                packages=("openai[realtime]>=2",),
                imports="openai",
                models={Stage.RECOGNITION: "gpt-transcribe", Stage.SPEECH: "tts-1"},
            ),
            CloudEngine(
                "realtime",
                "OpenAI Realtime",
                "OpenAI",
                {Stage.RECOGNITION: Price(0.017, "minute", _OPENAI, "2026-11")},
                endpoint="https://api.openai.com/v1",
                secret="cloud-openai",
                key_page=_OPENAI_KEYS,
                extra="openai",
                packages=("openai[realtime]>=2",),
                imports="openai",
                models={Stage.RECOGNITION: "gpt-live-transcribe"},
            ),
            CloudEngine(
                "deepgram",
                "Deepgram",
                "Deepgram",
                {Stage.RECOGNITION: Price(0.0077, "minute", _DEEPGRAM)},
                endpoint="https://api.deepgram.com",
                secret="cloud-deepgram",
                key_page="https://console.deepgram.com",
                extra="deepgram",
                packages=("deepgram-sdk>=5",),
                imports="deepgram",
                models={Stage.RECOGNITION: "nova-3"},
            ),
            CloudEngine(
                "deepl",
                "DeepL",
                "DeepL",
                {Stage.TRANSLATION: Price(25.0, "million characters", _DEEPL)},
                endpoint="https://api.deepl.com",
                secret="cloud-deepl",
                key_page="https://www.deepl.com/your-account/keys",
                extra="deepl",
                packages=("deepl>=1.22",),
                imports="deepl",
            ),
            CloudEngine(
                "libretranslate",
                "LibreTranslate",
                "LibreTranslate",
                {Stage.TRANSLATION: FREE},
                endpoint="https://libretranslate.com",
                secret="cloud-libretranslate",
                key_page="https://portal.libretranslate.com",
            ),
        )
    }
)
"""By key, in the order in which they are shown."""


def of_stage(stage: Stage) -> tuple[CloudEngine, ...]:
    """Those that can do it."""
    return tuple(engine for engine in ENGINES.values() if stage in engine.prices)
