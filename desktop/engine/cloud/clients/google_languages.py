"""Languages as Google's services name them. Pure."""

from desktop.engine.errors import LanguageUnknown
from desktop.engine.text.languages import check_language, check_target

_REGIONS = (
    "af-ZA am-ET ar-EG az-AZ be-BY bg-BG bn-IN bs-BA ca-ES cs-CZ cy-GB da-DK de-DE el-GR en-US es-ES et-EE eu-ES fa-IR "
    "fi-FI fr-FR gl-ES gu-IN ha-NG hi-IN hr-HR hu-HU hy-AM id-ID is-IS it-IT ja-JP ka-GE kk-KZ km-KH kn-IN ko-KR lb-LU "
    "lo-LA lt-LT lv-LV mi-NZ mk-MK ml-IN mn-MN mr-IN ms-MY mt-MT my-MM ne-NP nl-NL oc-FR pa-Guru-IN pl-PL ps-AF pt-PT "
    "ro-RO ru-RU sd-IN sk-SK sl-SI sn-ZW so-SO sq-AL sr-RS su-ID sv-SE sw-KE ta-IN te-IN tg-TJ th-TH tr-TR uk-UA ur-PK "
    "uz-UZ vi-VN yo-NG"
)
_OTHERS = {"he": "iw-IL", "jw": "jv-ID", "no": "no-NO", "tl": "fil-PH", "yue": "yue-Hant-HK", "zh": "cmn-Hans-CN"}
SPEECH: dict[str, str] = {tag.partition("-")[0]: tag for tag in _REGIONS.split()} | _OTHERS
"""Those that Speech-to-Text recognises: Parley's code -> Google's; the region is that of most speakers there."""

_TRANSLATED = {"zh": "zh-CN", "zh-Hant": "zh-TW", "jw": "jv", "pt-BR": "pt", "pt": "pt-PT"}


def of_speech(tag: str) -> str:
    """Parley's code for a language that was heard or is spoken ("en-us"); empty: Parley does not know it."""
    try:
        return check_language(tag)
    except LanguageUnknown:
        return ""


def to_translate(code: str) -> str:
    """Google's code for a language of a text."""
    return _TRANSLATED.get(code, code)


def of_translation(tag: str) -> str:
    """Parley's code for one of the languages that Google translates; empty: Parley does not know it."""
    try:
        return check_target(tag)
    except LanguageUnknown:
        return ""
