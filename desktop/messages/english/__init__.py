"""The messages in English: sentences by the keys of `Message`, which also name the texts for translators."""

from desktop.messages.english import (
    audio,
    cluster,
    downloads,
    engine,
    load,
    models,
    recognition,
    remote,
    server,
    speech,
    stream,
    translation,
)

TEXTS: dict[str, str] = {
    **audio.TEXTS,
    **cluster.TEXTS,
    **downloads.TEXTS,
    **engine.TEXTS,
    **load.TEXTS,
    **models.TEXTS,
    **recognition.TEXTS,
    **remote.TEXTS,
    **server.TEXTS,
    **speech.TEXTS,
    **stream.TEXTS,
    **translation.TEXTS,
}
