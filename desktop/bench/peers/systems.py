"""The systems that are compared: who runs where, and what is said of how it is driven. Pure."""

from dataclasses import dataclass

RUNNERS = "desktop.bench.peers.runners"


@dataclass(frozen=True, slots=True)
class PeerSystem:
    """One line of the comparison."""

    name: str
    """as `--only` takes it"""
    label: str
    """as tables show it"""
    module: str
    """of the runner"""
    package: str
    """as pip calls it; empty: it runs in Parley's own environment"""
    how: str
    """one sentence for the notes"""
    unaware: str = ""
    """why it cannot be run with time standing still; empty: it can"""
    is_live: bool = True
    """it hears the audio in real time; else it is the floor of the word error rate"""

    @property
    def needs_environment(self) -> bool:
        return bool(self.package)


_OWN_THREADS = "its threads follow the real clock"

PARLEY = PeerSystem(
    "parley",
    "Parley",
    f"{RUNNERS}.parley",
    "",
    "the engine with its default settings; committed is what its updates call committed.",
)
LOCAL_AGREEMENT = PeerSystem(
    "local-agreement",
    "LocalAgreement-2",
    f"{RUNNERS}.local_agreement",
    "",
    "our implementation of whisper_streaming's policy on faster-whisper with its 30 s windows: whole buffer at "
    "each step of at least 1 s, word times, 200 characters of prompt, buffer cut after 15 s.",
)
REALTIME_STT = PeerSystem(
    "realtimestt",
    "RealtimeSTT",
    f"{RUNNERS}.realtimestt",
    "realtimestt",
    "AudioToTextRecorder fed with feed_audio, the same model for both its passes, defaults otherwise; committed is the "
    "text of its final pass.",
    _OWN_THREADS,
)
WHISPER_LIVE = PeerSystem(
    "whisper-live",
    "WhisperLive",
    f"{RUNNERS}.whisper_live",
    "whisper-live",
    "its server on the loopback interface and a client of its protocol, the client's defaults; committed are its "
    "completed segments.",
    _OWN_THREADS,
)
WHISPER_LIVE_KIT = PeerSystem(
    "whisperlivekit",
    "WhisperLiveKit",
    f"{RUNNERS}.whisperlivekit",
    "whisperlivekit",
    "its AudioProcessor with policy LocalAgreement on the faster-whisper backend, defaults otherwise; its default "
    "policy, SimulStreaming, decodes with PyTorch weights, which a CTranslate2 directory does not hold; committed is "
    "the text of its lines.",
    _OWN_THREADS,
)
WHOLE_FILE = PeerSystem(
    "whole-file",
    "whole file",
    f"{RUNNERS}.whole_file",
    "",
    "plain faster-whisper, the recording decoded at once: the word error rate to hope for.",
    "it does not hear in real time at all",
    is_live=False,
)

SYSTEMS = (PARLEY, LOCAL_AGREEMENT, REALTIME_STT, WHISPER_LIVE, WHISPER_LIVE_KIT, WHOLE_FILE)


def chosen(names: tuple[str, ...]) -> tuple[PeerSystem, ...]:
    """The systems with these names, all if there are none. Raises ValueError for a name that is none."""
    known = {one.name: one for one in SYSTEMS}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: not one of {', '.join(known)}")
    return tuple(one for one in SYSTEMS if not names or one.name in names)
