import pytest

from desktop.engine.audio.playback.self_hearing import Output, is_worn, would_hear

SPEAKERS = Output("alsa.analog", "alsa.analog.monitor", "internal", ("Built-in Audio", "analog-output-speaker"))
JACK = Output("alsa.analog", "alsa.analog.monitor", "internal", ("Built-in Audio", "analog-output-headphones"))
BLUETOOTH = Output("bluez.1", "bluez.1.monitor", "headset", ("WH-1000",))
BOX = Output("bluez.2", "bluez.2.monitor", "speaker", ("Headset room box",))
UNKNOWN = Output("null", "null.monitor", "", ("Null Output",))
NAMED = Output("usb", "usb.monitor", "", ("Logitech USB Headset",))


@pytest.mark.parametrize(
    ("output", "worn"),
    [(SPEAKERS, False), (JACK, True), (BLUETOOTH, True), (BOX, False), (UNKNOWN, False), (NAMED, True)],
)
def test_headphones_are_told_from_speakers(output: Output, worn: bool) -> None:
    assert is_worn(output) is worn
    assert would_hear("microphone", "any", output) is not worn


@pytest.mark.parametrize("output", [SPEAKERS, BLUETOOTH])
def test_a_loopback_hears_its_own_output_only(output: Output) -> None:
    assert would_hear("loopback", output.monitor, output)
    assert would_hear("loopback", output.name, output)
    assert not would_hear("loopback", "other.monitor", output)


def test_a_file_hears_nothing() -> None:
    assert not would_hear("file", "/x.wav", SPEAKERS)
    assert not would_hear("pushed", "", SPEAKERS)
