"""The model that only costs: beside the real one, same results, as much work as it has dimensions."""

from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import pytest

from desktop.bench.live.harness import decoded
from desktop.bench.live.shadow import Shadowed
from desktop.bench.make_model import TINY, make_whisper
from desktop.system.paths import RESOURCES

STARTER = RESOURCES / "starter"


class Watched:
    """The cost model, with a note of what it was asked and gave."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.calls: list[tuple[str, Any, dict[str, Any], Any]] = []

    def __getattr__(self, name: str) -> Any:
        def call(features: Any, *arguments: Any, **options: Any) -> Any:
            result = getattr(self._model, name)(features, *arguments, **options)
            self.calls.append((name, features, options, result))
            return result

        return call


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_whisper(tmp_path_factory.mktemp("tiny"), TINY)


@pytest.fixture
def model(tiny: Path) -> tuple[Any, Shadowed, Watched]:
    import json

    whisper = ctranslate2.models.Whisper
    real = whisper(str(STARTER / "whisper"), intra_threads=1)
    watched = Watched(whisper(str(tiny), intra_threads=1))
    end = json.loads((tiny / "vocabulary.json").read_text(encoding="utf-8")).index("<|endoftext|>")
    return real, Shadowed(ctranslate2, real, watched, end), watched


def features() -> Any:
    from faster_whisper.feature_extractor import FeatureExtractor

    mel = FeatureExtractor()(decoded(STARTER / "test" / "en-00.flac"))
    padded = np.zeros((1, 80, 600), np.float32)
    padded[0, :, : mel.shape[1]] = mel[:, :600]
    return ctranslate2.StorageView.from_array(padded)


PROMPT = ["<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>"]


@pytest.mark.parametrize("beam", [1, 5])
def test_results_are_the_real_model_s_and_the_work_is_forced_to_their_length(
    model: tuple[Any, Shadowed, Watched], beam: int
) -> None:
    real, both, watched = model
    heard = features()
    encoded = both.encode(heard)
    assert tuple(encoded.shape) == tuple(real.encode(heard).shape)
    result = both.generate(encoded, [PROMPT], beam_size=beam, max_length=60)[0]
    expected = real.generate(real.encode(heard), [PROMPT], beam_size=beam, max_length=60)[0]
    assert result.sequences == expected.sequences
    (_, _, _, wide), (_, used, options, cost) = watched.calls
    assert used is wide, "the cost model decodes its own encoder output"
    assert wide.shape[2] == 384
    assert options["beam_size"] == beam
    assert len(cost[0].sequences_ids[0]) == len(expected.sequences_ids[0]) + 1


def test_long_prompts_do_not_shorten_the_work(model: tuple[Any, Shadowed, Watched]) -> None:
    _, both, watched = model
    prompt = ["<|startofprev|>", *["Ġthe"] * 40, *PROMPT]
    result = both.generate(both.encode(features()), [prompt], beam_size=1)[0]
    assert len(watched.calls[-1][3][0].sequences_ids[0]) == len(result.sequences_ids[0]) + 1


def test_alignment_and_language_too(model: tuple[Any, Shadowed, Watched]) -> None:
    _, both, watched = model
    encoded = both.encode(features())
    both.detect_language(encoded)
    start = [50258, 50259, 50359]
    both.align(encoded, start, [[286, 486, 352]], 200)
    assert [name for name, *_ in watched.calls] == ["encode", "detect_language", "align"]


def test_an_encoder_output_from_elsewhere_is_refused(model: tuple[Any, Shadowed, Watched]) -> None:
    real, both, _ = model
    with pytest.raises(ValueError, match="cannot be decoded"):
        both.generate(real.encode(features()), [PROMPT])


def test_faster_whisper_notices_nothing(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from faster_whisper import WhisperModel

    from desktop.bench.live.shadow import put_beside

    monkeypatch.setattr(ctranslate2.models, "Whisper", ctranslate2.models.Whisper)
    audio = decoded(STARTER / "test" / "en-00.flac")

    def text() -> str:
        whisper = WhisperModel(str(STARTER / "whisper"), device="cpu", cpu_threads=1)
        segments, _ = whisper.transcribe(audio, language="en", word_timestamps=True)
        return " ".join(segment.text for segment in segments)

    alone = text()
    put_beside(ctranslate2, str(tiny))
    assert text() == alone != ""
