"""What the unlocked subtitles show while nobody speaks, in the languages that will be shown. Pure, no Qt."""

from desktop.engine.events import TranscriptUpdate, TranslationUpdate
from desktop.engine.text.languages import base_language, language_name
from desktop.overlay.subtitles import Layout, SubtitleFrame, Subtitles

_SENTENCES = {
    "ar": "ستظهر الترجمة هنا.",
    "cs": "Titulky se zobrazí zde.",
    "da": "Undertekster vises her.",
    "de": "Untertitel erscheinen hier.",
    "el": "Οι υπότιτλοι θα εμφανίζονται εδώ.",
    "en": "Subtitles will appear here.",
    "es": "Los subtítulos aparecerán aquí.",
    "fi": "Tekstitykset näkyvät tässä.",
    "fr": "Les sous-titres apparaîtront ici.",
    "he": "הכתוביות יופיעו כאן.",
    "hi": "उपशीर्षक यहाँ दिखाई देंगे।",
    "id": "Subtitel akan muncul di sini.",
    "it": "I sottotitoli appariranno qui.",
    "ja": "字幕はここに表示されます。",
    "ko": "자막이 여기에 표시됩니다.",
    "nl": "Ondertitels verschijnen hier.",
    "no": "Undertekster vises her.",
    "pl": "Napisy pojawią się tutaj.",
    "pt": "As legendas aparecerão aqui.",
    "ro": "Subtitrările vor apărea aici.",
    "ru": "Субтитры появятся здесь.",
    "sv": "Undertexter visas här.",
    "th": "คำบรรยายจะปรากฏที่นี่",
    "tr": "Altyazılar burada görünecek.",
    "uk": "Субтитри з'являться тут.",
    "vi": "Phụ đề sẽ xuất hiện ở đây.",
    "zh": "字幕将显示在这里。",
    "zh-Hant": "字幕將顯示在這裡。",
}


def sentence(language: str) -> tuple[str, str]:
    """A sentence that stands for subtitles in a language, and the language that it is written in."""
    for code in (language, base_language(language)):
        if code in _SENTENCES:
            return _SENTENCES[code], code
    return f"Subtitles in {language_name(language)} will appear here.", "en"


def sample_frame(layout: Layout, spoken: str, target: str) -> SubtitleFrame:
    """spoken: the language, or "auto"; target: the language of the translation, or empty for none."""
    subtitles = Subtitles(layout)
    text, language = sentence("en" if spoken == "auto" else spoken)
    subtitles.update(TranscriptUpdate(0, 0, language, text, "", (), 0, 0, True), 0.0)
    if target or layout.show == "translation":
        text, into = sentence(target) if target else (text, language)
        source = into if target == spoken else ""  # the same language is shown once
        subtitles.update(TranslationUpdate(0, 0, source, into, text, "", True), 0.0)
    return subtitles.frame(0.0)
