"""Argos Translate packages, run directly on their CTranslate2 model and tokenizer. On the translation thread.

`argostranslate.translate` is not used: it splits sentences again, searches with a wide beam on every call and
imports a second sentence splitter that downloads. What a package holds is read as argostranslate.package does:
model/, sentencepiece.model or bpe.model, metadata.json with an optional target_prefix.

A starter package translates only what lies in its phrasebook (phrasebook.py), whichever leg of a route it is.
"""

import logging
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from desktop.engine.errors import BackendFailed, ModelBroken
from desktop.engine.models import checked
from desktop.engine.models.files import FileBroken, read_json
from desktop.engine.models.installed import InstalledModel
from desktop.engine.models.translation_routes import translation_pairs, translation_route
from desktop.engine.recognition.backends.base import Progress
from desktop.engine.text.languages import join_words, writes_spaces
from desktop.engine.text.punctuation import CLAUSE_ENDS, CLOSING
from desktop.engine.text.sentences import has_words, split
from desktop.engine.translation import phrasebook
from desktop.engine.translation.backends.base import TranslatorCapabilities

_log = logging.getLogger(__name__)

_LOADED = 4  # packages in memory: both directions of a pivoted pair
_BEAM = 4  # as argostranslate searches
_LENGTH_PENALTY = 0.2  # as argostranslate has it
_LONGEST = 120  # tokens in one call; packages are trained on sentences, and position tables end
_SPACE = "▁"  # SentencePiece's mark for the space before a word
_UNKNOWN = "<unk>"
_CLOSING = tuple(CLOSING + "’'")


class Codec(Protocol):
    """A package's tokenizer."""

    def encode(self, text: str) -> list[str]:
        """Source text as tokens."""

    def encode_target(self, text: str) -> list[str]:
        """Target text as tokens."""

    def decode(self, tokens: Sequence[str]) -> str:
        """Target tokens as text, without surrounding spaces."""

    def starts_word(self, token: str, before: str) -> bool:
        """Whether a space belongs before a target token that follows the token `before`."""

    def is_known(self, token: str) -> bool:
        """Whether the model has seen this source token."""


class ArgosTranslator:
    """Every installed pair, through a third language where there is no direct package."""

    def __init__(self) -> None:
        self.name = "Argos Translate"
        self.capabilities = _capabilities()
        self._legs: OrderedDict[Path, _Leg] = OrderedDict()
        self._routes: dict[tuple[str, str], tuple[InstalledModel, ...]] = {}

    def load(self, source: str, target: str, progress: Progress) -> None:
        """Bring the pair's packages into memory (10-500 ms each). Raises ModelMissing, ModelBroken."""
        route = translation_route(source, target)
        self._routes[source, target] = route
        progress(0.0)
        for index, package in enumerate(route):
            self._leg(package)
            progress((index + 1) / len(route))
        progress(1.0)
        is_starter = any(package.is_starter for package in route)
        self.name = "Argos Translate (starter phrasebook)" if is_starter else "Argos Translate"
        self.capabilities = _capabilities()

    def translate(self, text: str, source: str, target: str, prefix: str = "", is_final: bool = True) -> str | None:
        """One sentence or clause; several are taken one by one. A pair that was not loaded is loaded first
        (ModelMissing, ModelBroken). Text without words, or in letters that no package knows, is returned as
        it is. None for what is in no phrasebook where there is only one, whole. Raises BackendFailed."""
        text = " ".join(text.split())
        prefix = prefix.strip()
        if source == target or not has_words(text):
            return text if not prefix or text.startswith(prefix) else prefix
        if (source, target) not in self._routes:
            self.load(source, target, lambda _: None)
        legs = [(self._leg(package), package) for package in self._routes[source, target]]
        try:
            for leg, package in legs:
                forced = prefix if package is legs[-1][1] else ""
                result = leg.translate(text, package.languages[0], package.languages[1], forced, is_final)
                if result is None:
                    return None
                text = result
        except (RuntimeError, ValueError, IndexError) as error:
            # The message of the library may hold the text, so only its kind is told.
            raise BackendFailed(
                "translation-failed",
                source=source,
                target=target,
                error=type(error).__name__,
                recoverable=True,
            ) from error
        return text

    def close(self) -> None:
        """Give the memory back. Idempotent; the next `translate` loads again."""
        self._legs.clear()
        self._routes.clear()

    def _leg(self, package: InstalledModel) -> "_Leg":
        leg = self._legs.get(package.path)
        if leg is None:
            leg = self._legs[package.path] = _Leg(package)
            while len(self._legs) > _LOADED:
                self._legs.popitem(last=False)
        self._legs.move_to_end(package.path)
        return leg


class _Leg:
    """One package in memory."""

    def __init__(self, package: InstalledModel) -> None:
        import ctranslate2

        try:
            metadata = read_json(package.path / "metadata.json")
            self._codec = _codec(package)
            self._phrasebook = phrasebook.read(package.path) if package.is_starter else None
            # One thread: a sentence is too short to share, and recognition needs the other core.
            self._translator: Any = ctranslate2.Translator(
                str(package.path / "model"), device="cpu", inter_threads=1, intra_threads=1
            )
            # The first call takes 80 ms longer than all later ones; nobody should wait for it while speaking.
            self._translator.translate_batch([self._codec.encode("1")], beam_size=1, max_decoding_length=2)
        except (FileBroken, RuntimeError, ValueError, OSError) as error:
            _log.warning("package %s: %s", package.name, error)
            checked.refuse(package.path / "model" / "model.bin", error)
            raise ModelBroken("translation-package-unusable", path=package.path) from error
        forced = metadata.get("target_prefix", "")
        self._language_token: list[str] = [forced] if isinstance(forced, str) and forced else []

    def translate(self, text: str, source: str, target: str, prefix: str, is_final: bool) -> str | None:
        """None: the package is a phrasebook that does not hold all of the text. A phrasebook is not asked to go on from
        a prefix: a sentence is in it as a whole."""
        result = ""
        if self._phrasebook is not None:
            prefix, is_final = "", True
        for piece in self._pieces(text, source, prefix):
            part: str | None = piece
            if self._phrasebook is None or has_words(piece):
                part = self._one(piece, target, prefix if not result else "", is_final)
            if part is None:
                return None
            result = join_words(result, part, target) if result else part
        return result

    def _pieces(self, text: str, source: str, prefix: str) -> list[str]:
        """Sentences, none longer than the model can take. With a prefix a text that fits stays whole: the
        prefix may reach over the first sentence."""
        if prefix and len(self._codec.encode(text)) <= _LONGEST:
            return [text]
        pieces = []
        for sentence in split(text, source):
            pieces += self._cut(sentence, source)
        return pieces

    def _cut(self, sentence: str, source: str) -> list[str]:
        if len(self._codec.encode(sentence)) <= _LONGEST:
            return [sentence]
        words = sentence.split() if writes_spaces(source) else list(sentence)
        if len(words) < 2:
            words = list(sentence)
        middle = len(words) // 2
        # Cut after the comma nearest to the middle, if one is near.
        near = sorted(range(len(words) // 4, 3 * len(words) // 4), key=lambda index: abs(index - middle))
        cut = next((index + 1 for index in near if words[index][-1] in CLAUSE_ENDS), middle) or 1
        space = " " if " " in sentence else ""
        halves = (space.join(words[:cut]), space.join(words[cut:]))
        return [part for half in halves for part in self._cut(half, source)]

    def _one(self, sentence: str, target: str, prefix: str, is_final: bool) -> str | None:
        if self._phrasebook is not None and not self._phrasebook.holds(sentence):
            return None
        tokens = self._source(sentence)
        if not tokens:
            return join_words(prefix, sentence, target) if prefix else sentence
        forced = self._language_token + (self._codec.encode_target(prefix) if prefix else [])
        output = self._decode(tokens, forced, is_final)
        if output is None:
            return None
        rest = output[len(forced) :]
        if not prefix:
            return self._codec.decode(rest)
        ending = self._codec.decode(rest)
        if not ending:
            return prefix
        has_space = self._codec.starts_word(rest[0], forced[-1])
        return f"{prefix} {ending}" if has_space else prefix + ending

    def _source(self, sentence: str) -> list[str]:
        """The tokens to translate; none if the model knows no word of the sentence. Emoji and other marks
        that it never saw are left out: they only confuse it."""
        tokens = self._codec.encode(sentence)
        kept = [token for token in tokens if has_words(token) or self._codec.is_known(token)]
        knows_some = any(has_words(token) and self._codec.is_known(token) for token in kept)
        return kept if knows_some else []

    def _decode(self, tokens: list[str], forced: list[str], is_final: bool) -> list[str] | None:
        """None: a phrasebook's model is not sure."""
        options: dict[str, Any] = {
            "beam_size": _BEAM if is_final else 1,
            "target_prefix": [forced] if forced else None,
            # A confused model repeats itself to the limit; no translation is three times as long.
            "max_decoding_length": len(forced) + 3 * len(tokens) + 16,
        }
        if is_final:
            options["length_penalty"] = _LENGTH_PENALTY
        scored = self._translator.translate_batch([tokens], return_scores=True, **options)[0]
        output: list[str] = scored.hypotheses[0]
        if self._phrasebook is not None:
            is_sure = self._phrasebook.is_sure(scored.scores[0], len(output), _LENGTH_PENALTY)
            return output if is_sure and _UNKNOWN not in output else None
        if _UNKNOWN not in output:
            return output
        result = self._translator.translate_batch([tokens], return_attention=True, **options)[0]
        return self._copied(result.hypotheses[0], result.attention[0], tokens)

    def _copied(self, output: list[str], attention: list[list[float]], tokens: list[str]) -> list[str]:
        """Unknown target tokens replaced by the whole source word that the model looked at."""
        copied: list[str] = []
        last: tuple[int, int] | None = None
        for token, weights in zip(output, attention, strict=False):
            if token != _UNKNOWN:
                copied.append(token)
                last = None
                continue
            looked = max(range(min(len(weights), len(tokens))), key=lambda index: weights[index])
            word = _word_around(tokens, looked, self._codec)
            if word != last:
                copied += tokens[word[0] : word[1]]
            last = word
        return copied


def _capabilities() -> TranslatorCapabilities:
    """What the installed packages can do."""
    pairs = translation_pairs()
    books = pairs - translation_pairs(real_only=True)
    limits = {}
    for source, target in books:
        route = translation_route(source, target)
        starters = [one for one in route if one.is_starter]
        try:
            words = phrasebook.words_in(starters[0].path)
        except FileBroken as error:
            # Loading the package says so, too.
            _log.warning("package %s: %s", starters[0].name, error)
            continue
        missing = [(one.languages[0], one.languages[1]) for one in starters]
        limits[source, target] = phrasebook.notice(source, target, words, missing)
    return TranslatorCapabilities(pairs, forces_prefix=True, phrasebook=books, limits=limits)


def _word_around(tokens: Sequence[str], index: int, codec: Codec) -> tuple[int, int]:
    """(start, end) of the tokens that make one word with `tokens[index]`."""
    start = index
    while start > 0 and not codec.starts_word(tokens[start], tokens[start - 1]):
        start -= 1
    end = index + 1
    while end < len(tokens) and not codec.starts_word(tokens[end], tokens[end - 1]) and has_words(tokens[end]):
        end += 1
    return start, end


def _codec(package: InstalledModel) -> Codec:
    if (package.path / "sentencepiece.model").exists():
        return SentencePieceCodec(package.path / "sentencepiece.model")
    return BpeCodec(package.path / "bpe.model", *package.languages)


class SentencePieceCodec:
    """SentencePiece, one vocabulary for both languages: most packages."""

    def __init__(self, model: Path) -> None:
        import sentencepiece

        self._pieces: Any = sentencepiece.SentencePieceProcessor(model_file=str(model))

    def encode(self, text: str) -> list[str]:
        tokens: list[str] = self._pieces.encode(text, out_type=str)
        return tokens

    def encode_target(self, text: str) -> list[str]:
        return self.encode(text)

    def decode(self, tokens: Sequence[str]) -> str:
        # Marks of spaces that are left stand for spaces, as argostranslate reads them; ⁇ is SentencePiece's
        # own sign for a token that it cannot spell.
        text: str = self._pieces.decode_pieces(list(tokens))
        return " ".join(text.replace(_SPACE, " ").replace("⁇", " ").split())

    def starts_word(self, token: str, before: str) -> bool:
        return token.startswith(_SPACE)

    def is_known(self, token: str) -> bool:
        return bool(self._pieces.piece_to_id(token) != self._pieces.unk_id())


class BpeCodec:
    """Moses tokens cut by byte-pair encoding: packages of the early years and of OPUS-MT."""

    def __init__(self, model: Path, source: str, target: str) -> None:
        from argostranslate.tokenizer import BPETokenizer

        self._source: Any = BPETokenizer(model, source, target)
        self._target: Any = BPETokenizer(model, target, target)
        try:
            self._source.lazy_load()
        except (ValueError, IndexError, SystemExit) as error:
            # Its reader ends the program on a bad line.
            raise FileBroken("broken-damaged", name=model.name) from error

    def encode(self, text: str) -> list[str]:
        tokens: list[str] = self._source.encode(text)
        return tokens

    def encode_target(self, text: str) -> list[str]:
        tokens: list[str] = self._target.encode(text)
        return tokens

    def decode(self, tokens: Sequence[str]) -> str:
        text: str = self._source.decode(list(tokens))
        return " ".join(text.split())

    def starts_word(self, token: str, before: str) -> bool:
        # Punctuation stands alone in Moses's tokens but not in text.
        return not before.endswith("@@") and token[:1] not in _CLOSING

    def is_known(self, token: str) -> bool:
        return True  # BPE spells every word from letters
