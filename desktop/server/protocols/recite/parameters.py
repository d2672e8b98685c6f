"""What a reader wants to read, as its client asks for it. Pure."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from desktop.engine.text.languages import check_language
from desktop.practice.options import Following, ReadingOptions
from desktop.practice.text import PracticeText
from desktop.practice.texts.document import Document
from desktop.practice.texts.passage import Passage, practice_text, whole_chapter
from desktop.practice.texts.reading import read_pasted
from desktop.practice.texts.verses import verses
from desktop.server.protocols.native.messages import BadMessage
from desktop.server.protocols.openai.messages import first_fault

_LONGEST = 20_000
"""characters of a text"""
_Number = Annotated[int, Field(ge=1, le=9999)]
_PACK_LANGUAGE = "ar"
"""of a pack that does not say its language: the format is Tanzil's"""


class Parameters(BaseModel):
    """Of the query of `/ws/recite`, and of the form of `/verify`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[str, Field(max_length=_LONGEST)] = ""
    """what is read"""
    surah: _Number | None = None
    """or verses of the server's pack: this one"""
    ayah: _Number | None = None
    """its verse; none: the whole of it"""
    last_ayah: _Number | None = None
    """up to this verse"""
    language: Annotated[str, Field(max_length=60)] = ""
    following: Literal["calm", "normal", "quick"] = "normal"
    prompt: bool = False
    """the recogniser is told the words that come next"""
    feedback: Literal["all", "changed"] = "all"
    """which words a `partial_result` tells of"""
    verify: bool = True
    """at the end everything is heard once more, and scored"""
    connection_id: Annotated[str, Field(max_length=64)] = ""
    """of an earlier connection: go on with its reading"""

    @property
    def options(self) -> ReadingOptions:
        return ReadingOptions(Following(self.following), self.prompt)


def parameters(values: Mapping[str, Any]) -> Parameters:
    """Raises BadMessage, which says the first fault."""
    try:
        return Parameters.model_validate(dict(values))
    except ValidationError as error:
        where, why = first_fault(error)
        raise BadMessage("message-wrong", field=where, reason=why) from None


def text_of_wanted(wanted: Parameters, pack: Document | None, languages: frozenset[str]) -> PracticeText:
    """The passage. pack: the server's verses. languages: what the recogniser knows.
    Raises BadMessage, TextUnreadable, LanguageUnknown."""
    if wanted.surah is not None:
        if pack is None:
            raise BadMessage("recite-no-pack")
        document, passage = pack, _verses(pack, wanted)
        spoken = wanted.language or pack.language or _PACK_LANGUAGE
    elif wanted.text.strip():
        document = read_pasted(wanted.text)
        passage = whole_chapter(document)
        spoken = wanted.language or (next(iter(languages)) if len(languages) == 1 else "")
        if not spoken:
            raise BadMessage("recite-no-language")
    else:
        raise BadMessage("recite-no-text")
    language = check_language(spoken)
    if language not in languages:
        raise BadMessage("recite-language-unheard", language=language)
    text = practice_text(document, passage, language)
    if not text.words:
        raise BadMessage("recite-no-text")
    return text


def _verses(pack: Document, wanted: Parameters) -> Passage:
    assert wanted.surah is not None
    if wanted.ayah is not None:
        return verses(pack, wanted.surah, wanted.ayah, wanted.last_ayah)
    first = f"{wanted.surah}:"
    for index, chapter in enumerate(pack.chapters):
        if chapter.lines and chapter.lines[0].reference.startswith(first):
            return whole_chapter(pack, index)
    return verses(pack, wanted.surah, 1)  # which says that it is not there
