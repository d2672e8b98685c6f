"""What an empty transcript tells the user to do, and what stands at the head of one. Pure."""

HINTS = {
    "idle": ("Nothing heard yet", "Press Start and speak. What is heard appears here."),
    "loading": ("Getting ready", "You can speak already: nothing is lost while the models load."),
    "listening": ("Listening", "What is heard appears here."),
}
"""State of the engine -> title and sentence of an empty transcript."""
PHRASEBOOK_HINT = (
    "Only a phrasebook is installed",
    "It knows about 900 words: real speech comes out wrong. Fetch a Whisper model in Models (Ctrl+Shift+M).",
)
PHRASEBOOK_NOTE = "Recognised with a phrasebook of about 900 words: real speech comes out wrong."
"""Stands at the head of a transcript, also where it is copied or saved."""
