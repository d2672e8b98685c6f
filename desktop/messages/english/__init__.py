"""The messages in English: sentences by the keys of `Message`, which also name the texts for translators."""

from desktop.messages.english import (
    audio,
    cloud,
    cluster,
    database,
    downloads,
    engine,
    load,
    models,
    practice_texts,
    recognition,
    remote,
    security,
    server,
    speech,
    stream,
    translation,
)

TEXTS: dict[str, str] = {
    **audio.TEXTS,
    **cloud.TEXTS,
    **cluster.TEXTS,
    **database.TEXTS,
    **downloads.TEXTS,
    **engine.TEXTS,
    **load.TEXTS,
    **models.TEXTS,
    **practice_texts.TEXTS,
    **recognition.TEXTS,
    **remote.TEXTS,
    **security.TEXTS,
    **server.TEXTS,
    **speech.TEXTS,
    **stream.TEXTS,
    **translation.TEXTS,
}
