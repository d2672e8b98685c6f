"""Texts to practise with."""

TEXTS = {
    "text-book-damaged": "{name} is damaged, or no book that Parley can read; get another copy, or paste its text.",
    "text-book-incomplete": "{name} lacks one of its chapters; get a complete copy.",
    "text-book-locked": "{name} is protected against copying; choose a copy without protection, or paste its text.",
    "text-book-too-large": "{name} holds more text than a book has; choose another file, or paste a part of it.",
    "text-empty": "{name} holds no text to read; choose another one.",
    "text-no-book": "{name} is an archive, but no EPUB book; unpack it and choose a file in it.",
    "text-no-text": (
        "{name} is no text that Parley can read; choose a text file, an EPUB book, subtitles or verses, or paste the "
        "text."
    ),
    "text-subtitles-damaged": "The subtitles in {name} are damaged; get another copy, or paste their text.",
    "text-too-large": "{name} is larger than {most:bytes}; choose a smaller file, or paste the part to practise.",
    "text-too-many-lines": "{name} has more than {most} lines; choose a part of it.",
    "text-verse-damaged": "Line {line} of {name} is no verse; each line must be surah|ayah|text.",
    "text-verse-missing": "{name} has no verse {verse}; check the numbers.",
    "text-verse-twice": "{name} has the verse {verse} twice; get another copy.",
}
