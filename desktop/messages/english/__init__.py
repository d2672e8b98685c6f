"""The messages in English: sentences by the keys of `Message`, which also name the texts for translators."""

from desktop.messages.english import audio, downloads, engine, load, models, recognition, speech, stream, translation

TEXTS: dict[str, str] = {
    **audio.TEXTS,
    **downloads.TEXTS,
    **engine.TEXTS,
    **load.TEXTS,
    **models.TEXTS,
    **recognition.TEXTS,
    **speech.TEXTS,
    **stream.TEXTS,
    **translation.TEXTS,
}
