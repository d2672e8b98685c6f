"""What the operator set holds where a client says nothing of it."""

import asyncio
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.options import SessionOptions, VoiceOptions
from desktop.server.streams.admission import Admission
from desktop.server.streams.hub import Hub
from desktop.server.streams.wishes import wished
from tests.unit.server.test_hub import Desk

BASE = SessionOptions(beam_size=2, mode="buffered", voice=VoiceOptions(hangover=2.0, webrtc_mode=3))


def test_the_clients_wishes_stand_above_the_operators() -> None:
    found = wished(SessionOptions(language="es", voice=VoiceOptions(hangover=0.9)), BASE)
    assert found == replace(BASE, language="es", voice=VoiceOptions(hangover=0.9, webrtc_mode=3))


@given(
    st.builds(SessionOptions, language=st.sampled_from(("auto", "en")), beam_size=st.integers(1, 9)),
    st.builds(SessionOptions, beam_size=st.integers(1, 9), voice=st.builds(VoiceOptions, hangover=st.floats(0.1, 3))),
)
def test_twice_is_as_once(options: SessionOptions, base: SessionOptions) -> None:
    once = wished(options, base)
    assert wished(once, base) == once
    assert wished(options, SessionOptions()) == options


def test_streams_follow_it_also_when_their_client_changes_its_mind() -> None:
    async def test() -> None:
        hub = Hub(Desk(), Admission(1, 0.1), base=BASE)
        stream = hub.open(SessionOptions(language="en"))
        assert stream.options == replace(BASE, language="en")
        stream.configure(SessionOptions(language="es", target="en"))
        assert stream.options == replace(BASE, language="es", target="en")
        stream.close()

    asyncio.run(test())
