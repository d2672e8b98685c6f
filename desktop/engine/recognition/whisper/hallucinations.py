"""Text that Whisper writes where nobody speaks. Pure.

It learned from subtitles, so in music and noise it writes what subtitles hold there: thanks for watching, who made
them, [Music]. Such a text is dropped, but only where something else doubts, too, that it was said: people do say
"thank you".
"""

import re
from collections.abc import Callable, Sequence

from desktop.engine.events import SAMPLE_RATE, Samples, Word
from desktop.engine.hearing import music
from desktop.engine.recognition.whisper.result_checks import is_silent
from desktop.engine.text.compare import normalized_words
from desktop.engine.text.punctuation import SENTENCE_ENDS

# Seen again and again in reports about Whisper and its data; spelling does not matter (`normalized_words`).
_NEVER_SAID = """
thanks for watching | thank you for watching | thank you so much for watching
thanks for watching and see you next time
please subscribe | please subscribe to my channel | dont forget to subscribe | like and subscribe
thanks for listening | see you in the next video | i will see you in the next video
gracias por ver el video | gracias por ver el vídeo | suscríbete al canal | suscríbete | hasta el próximo video
vielen dank fürs zuschauen | vielen dank für ihre aufmerksamkeit | bis zum nächsten mal
merci davoir regardé cette vidéo | abonnez vous | noubliez pas de vous abonner
grazie per aver guardato il video | grazie per la visione | iscrivetevi al canale
obrigado por assistir | obrigada por assistir | inscreva se no canal | até o próximo vídeo
bedankt voor het kijken | tack för att ni tittade | tak fordi i så med | takk for at du så på
dziękuję za oglądanie | dziękuję za uwagę | děkuji za pozornost | köszönöm hogy megnézted | vă mulțumim pentru vizionare
продолжение следует | спасибо за просмотр | подписывайтесь на канал | дякую за перегляд
izlediğiniz için teşekkür ederim | izlediğiniz için teşekkürler | اشتركوا في القناة | شكرا على المشاهدة
谢谢观看 | 謝謝觀看 | 感谢观看 | 请不吝点赞订阅转发打赏支持明镜与点点栏目 | 請不吝點贊訂閱轉發打賞支持明鏡與點點欄目
ご視聴ありがとうございました | ご視聴ありがとうございます | チャンネル登録お願いします
시청해주셔서 감사합니다 | 구독과 좋아요 부탁드립니다 | 다음 영상에서 만나요
"""
_CREDITS = """
subtitles by | subtitled by | captions by | captioned by | transcription by | transcribed by | translated by
subtítulos por | subtítulos realizados | subtítulos creados | subtítulos de la comunidad | subtítulos en español
untertitel der | untertitel im auftrag | untertitel von | untertitelung | copyright wdr | swr 20
sous titres réalisés | sous titres par | sous titrage | sottotitoli creati
sottotitoli a cura | sottotitoli e revisione
legendas pela | legendado por | legenda por | ondertitels ingediend | ondertiteling | ondertiteld door | tv gelderland
napisy stworzone | napisy wykonane | titulky vytvořil | subtítols creats | undertexter från | textning | svensktextning
undertekster av | teksting av | danske tekster | tekstitys | feliratok | subtitrare | altyazı
субтитры | редактор субтитров | субтитри | титри | υπότιτλοι | ترجمة نانسي | 字幕由 | 字幕志愿者 | 中文字幕
字幕by | 字幕製作 | 자막 | 한글자막
"""
"""how a short text of subtitles' makers begins"""
_OFTEN_SAID = """
you | thank you | thank you very much | thanks | bye | bye bye | okay | oh | yeah | hmm | mm | uh | so
the end | music | applause
gracias | adiós | danke | vielen dank | tschüss | merci | au revoir | grazie | ciao | obrigado | bedankt | tack
dziękuję | спасибо | пока | дякую | teşekkürler | 谢谢 | 謝謝 | ありがとうございました | おやすみなさい
감사합니다 | 네
"""
"""what is said every day, too: dropped only where there is hardly a voice"""

_MOST_CREDIT_WORDS = 10
_LITTLE_DOUBT, _MUCH_DOUBT = 1, 2
_ECHOED = 3
"""words of the user's vocabulary in a row that are its echo and no speech"""
_UNLIKELY_WORD = 0.35
_SENTENCE_END = tuple(SENTENCE_ENDS + "♪")
_SIGNS = re.compile(r"[♪♫♬🎵🎶*]+|</?[a-zA-Z]{1,5}>")
"""of music and styling in subtitles; nobody says them"""
_BRACKETS = re.compile(r"\[[^\]]*\]|\([^)]*\)|【[^】]*】|（[^）]*）|<[^>]*>")
_SOUNDS = """
music | playing | applause | applauding | clapping | laughter | laughing | laughs | chuckles | cheering | cheers
silence | silent | noise | noises | sound | sounds | sigh | sighs | cough | coughs | coughing | sneezes
inaudible | unintelligible | indistinct | crosstalk | blank | audio | beep | beeping | beeps | ringing | rings
barking | engine | whistling | humming | screaming | screams | gasps | groans | crying | sobbing | singing
chatter | static | typing | footsteps | foreign | música | aplausos | risas | silencio | ruido | suspiro | tos
ininteligible | risos | silêncio | musik | applaus | beifall | gelächter | lachen | stille | geräusch | räuspern
unverständlich | musique | applaudissements | rires | bruit | soupir | toux | musica | applausi | risate
rumore | muziek | gelach | applåder | skratt | latter | bifald | muzyka | oklaski | śmiech | hudba | potlesk
smích | zene | taps | muzică | aplauze | râsete | музыка | аплодисменты | смех | тишина | шум | музика | оплески
сміх | müzik | alkış | gülüşmeler | موسيقى | تصفيق | ضحك | संगीत | तालियाँ | 音楽 | 拍手 | 笑 | 笑い | 笑い声 | 音乐
音樂 | 掌声 | 掌聲 | 笑声 | 笑聲 | 鼓掌 | 음악 | 박수 | 웃음
"""
"""what notes on sounds are about"""
_MOST_NOTE_WORDS = 4
_UNSURE_NOTE = 0.5
"""probability below which a note was hardly said"""


def without_hallucinations(
    words: Sequence[Word],
    samples: Samples,
    vocabulary: str = "",
    *,
    no_speech: float,
    log_probability: float,
) -> tuple[Word, ...]:
    """The words that were said, as far as text and sound can tell.

    samples: shape (n,), 16 kHz, which the words' times belong to. vocabulary: what was in the prompt."""
    words = _without_notes(words, lambda: _doubt(samples, no_speech, log_probability) > 0)
    if not words or not (_suspicion(words) or echoes(words, vocabulary) or _suspicion(_last_sentence(words))):
        return words
    doubt = _doubt(samples, no_speech, log_probability)
    if doubt >= _LITTLE_DOUBT and echoes(words, vocabulary):
        return ()
    if doubt and doubt >= _suspicion(words) > 0:
        return ()
    last = _last_sentence(words)
    if len(last) < len(words) and (needed := _suspicion(last)):
        quiet = is_silent(samples[round(last[0].start * SAMPLE_RATE) : round(last[-1].end * SAMPLE_RATE)])
        unlikely = sum(word.probability for word in last) / len(last) < _UNLIKELY_WORD
        if quiet or unlikely or doubt > needed:
            return words[: -len(last)]
    return words


def echoes(words: Sequence[Word], vocabulary: str) -> bool:
    """Whether the text is nothing but a piece of the user's vocabulary, read out."""
    said, known = _folded(_text(words)), _folded(vocabulary)
    return len(said.split()) >= _ECHOED and f" {said} " in f" {known} "


def _suspicion(words: Sequence[Word]) -> int:
    """How much doubt it takes to drop the text: 0 if it is none of those known to be made up."""
    text = _folded(_text(words))
    joined = text.replace(" ", "")
    if joined in _PHRASES[_LITTLE_DOUBT]:
        return _LITTLE_DOUBT
    is_short = len(words) <= _MOST_CREDIT_WORDS
    if is_short and any(text.startswith(beginning) for beginning in _BEGINNINGS):
        return _LITTLE_DOUBT
    if "amaraorg" in joined:
        return _LITTLE_DOUBT
    return _MUCH_DOUBT if joined in _PHRASES[_MUCH_DOUBT] else 0


def _doubt(samples: Samples, no_speech: float, log_probability: float) -> int:
    """How much speaks against speech: 0 nothing, 1 something, 2 much."""
    if no_speech > 0.6 or log_probability < -1.0 or music.may_be_music(samples):
        return _MUCH_DOUBT
    return _LITTLE_DOUBT if no_speech > 0.2 or log_probability < -0.5 else 0


def _without_notes(words: Sequence[Word], is_doubtful: Callable[[], bool]) -> tuple[Word, ...]:
    """Without [Music] and the like; (music) goes only where there is doubt that it was said: in the sound, in the
    probability, or because nothing else was. What else is in brackets was said. A note may go over several words."""
    text = ""
    spans = []
    for word in words:
        spans.append((len(text), len(text) + len(word.text)))
        text += word.text + " "
    signs = [found.span() for found in _SIGNS.finditer(text)]
    bracketed = [found for found in _BRACKETS.finditer(text) if _is_note(found.group())]
    signs += [found.span() for found in bracketed if found.group()[0] not in "(（"]  # nobody says square ones
    notes = [found.span() for found in bracketed if found.group()[0] in "(（"]

    def within(places: Sequence[tuple[int, int]]) -> list[Word]:
        places_of = zip(words, spans, strict=True)
        return [word for word, (start, end) in places_of if any(one <= start and end <= two for one, two in places)]

    noted, signed = within(notes), within(signs)
    if noted:
        is_alone = len(noted) + len(signed) >= len(words)
        is_unlikely = sum(word.probability for word in noted) / len(noted) < _UNSURE_NOTE
        signed += noted if is_alone or is_unlikely or is_doubtful() else []
    return tuple(word for word in words if word not in signed)


def _is_note(bracketed: str) -> bool:
    """Whether brackets hold what subtitles say of sounds."""
    said = normalized_words(bracketed.replace("_", " "))
    return not said or (len(said) <= _MOST_NOTE_WORDS and any(word in _KNOWN_SOUNDS for word in said))


def _last_sentence(words: Sequence[Word]) -> Sequence[Word]:
    for count in range(len(words) - 1, 0, -1):
        if words[count - 1].text.endswith(_SENTENCE_END):
            return words[count:]
    return words


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _folded(text: str) -> str:
    return " ".join(normalized_words(text))


def _phrases(table: str) -> frozenset[str]:
    return frozenset(_folded(phrase) for line in table.splitlines() for phrase in line.split("|") if phrase.strip())


_PHRASES = {
    doubt: frozenset(phrase.replace(" ", "") for phrase in _phrases(table))
    for doubt, table in ((_LITTLE_DOUBT, _NEVER_SAID), (_MUCH_DOUBT, _OFTEN_SAID))
}
"""without spaces, which Korean and subtitles use as they like"""
_BEGINNINGS = tuple(_phrases(_CREDITS))
_KNOWN_SOUNDS = _phrases(_SOUNDS)
