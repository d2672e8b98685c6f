"""`parley bench peers`: Parley beside other live recognisers, on the same model, audio and processor core.

Each system runs in a process of its own (`runners/`), which hears the audio in real time and tells on one line of JSON
whenever its text changes. What those lines mean is worked out afterwards, by the same code for all (`measures`).
"""
