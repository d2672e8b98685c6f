"""What is spoken, and when."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import TranslationUpdate
from desktop.engine.speech.clauses import Clause, ClauseReader
from desktop.engine.text.graphemes import extends


def update(
    committed: str, is_final: bool = False, *, segment: int = 1, language: str = "es", is_translated: bool = True
) -> TranslationUpdate:
    return TranslationUpdate(segment, 1, "en", language, committed, "más", is_final, is_translated)


def texts(clauses: list[Clause]) -> list[str]:
    return [clause.text for clause in clauses]


def test_the_first_piece_comes_after_four_words() -> None:
    reader = ClauseReader()
    assert reader.update(update("Iré a la")) == []
    assert texts(reader.update(update("Iré a la escuela"))) == ["Iré a la escuela"]
    assert reader.update(update("Iré a la escuela por la tarde con mis")) == []
    last = reader.update(update("Iré a la escuela por la tarde con mis amigos", is_final=True))
    assert last == [Clause(1, "por la tarde con mis amigos", "es", True)]


def test_a_pause_ends_a_piece() -> None:
    reader = ClauseReader()
    assert texts(reader.update(update("Sí,"))) == ["Sí,"]
    assert texts(reader.update(update("Sí, claro. La casa es grande, la mesa"))) == ["claro.", "La casa es grande,"]
    assert texts(reader.update(update("Sí, claro. La casa es grande, la mesa no", is_final=True))) == ["la mesa no"]


def test_one_word_before_a_comma_waits_for_more() -> None:
    reader = ClauseReader()
    reader.update(update("Hola."))
    assert reader.update(update("Hola. Bueno,")) == []
    assert texts(reader.update(update("Hola. Bueno, pues vamos,"))) == ["Bueno, pues vamos,"]


def test_a_long_piece_without_a_pause_is_spoken() -> None:
    reader = ClauseReader()
    reader.update(update("uno dos tres cuatro"))
    words = " ".join(["palabra"] * 14)
    assert texts(reader.update(update(f"uno dos tres cuatro {words}"))) == [words]


def test_the_end_is_told_when_everything_was_spoken_before() -> None:
    reader = ClauseReader()
    reader.update(update("La casa es grande."))
    assert reader.update(update("La casa es grande.", is_final=True)) == [Clause(1, "", "es", True)]
    assert reader.update(update("La casa es grande.", is_final=True)) == []


def test_nothing_that_is_no_translation_is_spoken() -> None:
    reader = ClauseReader()
    assert reader.update(update("I will go there.", is_final=True, is_translated=False)) == []
    assert reader.update(update("I will go there.", is_final=True, language="en")) == []
    assert reader.update(update("", is_final=True, segment=2)) == []


def test_pieces_without_spaces() -> None:
    reader = ClauseReader()
    assert reader.update(update("我下午", language="zh")) == []
    assert texts(reader.update(update("我下午会去大学校", language="zh"))) == ["我下午会去大学校"]
    assert texts(reader.update(update("我下午会去大学校，然后回家。", True, language="zh"))) == ["，然后回家。"]


ODD = st.text(alphabet=st.sampled_from("ab ,.;?!…\n😀你1"), max_size=60)


@given(st.lists(ODD, min_size=1, max_size=8), st.sampled_from(["es", "zh"]), st.integers(1, 6))
def test_nothing_twice_nothing_lost(parts: list[str], language: str, min_words: int) -> None:
    reader = ClauseReader(min_words)
    committed, spoken = "", []
    for index, part in enumerate(parts):
        committed += part
        spoken += reader.update(update(committed, index == len(parts) - 1, language=language))
    assert "".join("".join(texts(spoken)).split()) == "".join(committed.split())
    assert [clause.is_last for clause in spoken] == [False] * (len(spoken) - 1) + [True] * bool(spoken)


def test_segments_do_not_mix() -> None:
    reader = ClauseReader()
    reader.update(update("La casa es grande"))
    assert texts(reader.update(update("Me gusta.", segment=2))) == ["Me gusta."]
    assert texts(reader.update(update("La casa es grande y roja.", True))) == ["y roja."]


def test_an_ordinal_or_an_abbreviation_ends_no_piece() -> None:
    reader = ClauseReader()
    german = "Der 2. Weltkrieg begann am 1. September 1939. Gut."
    assert reader.update(update("Am 2.", language="de")) == []
    assert texts(ClauseReader().update(update(german, is_final=True, language="de"))) == [
        "Der 2. Weltkrieg begann am 1. September 1939.",
        "Gut.",
    ]
    spoken = ClauseReader().update(update("Voir la fig. 3 et no. 5. M. Curie en a 3.5.", is_final=True, language="fr"))
    assert texts(spoken) == ["Voir la fig. 3 et no. 5.", "M. Curie en a 3.5."]


def test_what_is_spoken_keeps_characters_whole() -> None:
    text = "ที่นี่มีน้ำดื่มสำหรับทุกคนที่เดินทางมาถึงก่อนเวลาหกโมงเย็นของวันศุกร์นี้และวันต่อไป" * 3
    spoken = texts(ClauseReader().update(update(text, is_final=True, language="th")))
    assert "".join(spoken) == text
    assert len(spoken) > 1
    assert not any(extends(piece[0]) for piece in spoken)
