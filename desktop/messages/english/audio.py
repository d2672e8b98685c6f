"""Sources, outputs and files."""

TEXTS = {
    "alsa-plugin-missing": "ALSA has no plug-in for the audio server; install the package libasound2-plugins.",
    "audio-device-refused": "The audio device {device} cannot be opened; close other programs that use it.",
    "audio-server-refused": "The audio server did not accept the stream; try again or restart the audio server.",
    "audio-server-silent": "The audio server stopped answering; start it again and retry.",
    "audio-server-stopped": "The audio server stopped.",
    "default-output-disconnected": "The output was disconnected; connect it again or choose another one.",
    "file-cut-off": (
        "{name} is cut off: only its first {seconds:g} seconds could be read; get a complete copy for the rest."
    ),
    "file-damaged": "Parts of {name} are damaged and were skipped; check the file.",
    "file-empty": "{path} is empty; choose another file.",
    "file-forbidden": "You may not read {path}; change its permissions or choose another file.",
    "file-in-use": "{label} is already being read; open it a second time for a second reader.",
    "file-is-folder": "{path} is a folder; choose a file in it.",
    "file-is-terminal": "{path} is a terminal; name a file, or pipe sound into Parley.",
    "file-missing": "{path} does not exist; check the name.",
    "file-name-not-valid": "{path} cannot be read (not a valid name); choose another file.",
    "file-no-media": "{path} is not a media file that Parley can open; choose an audio or video file.",
    "file-not-spooled": (
        "{path} is a pipe, and what comes out of it cannot be kept in {folder} ({reason}); save it as a file first."
    ),
    "file-unreadable": "{path} cannot be read ({reason}); choose another file.",
    "file-without-audio": "{path} holds no audio; choose another file.",
    "file-without-audio-track": "{path} has no audio track; choose a file with sound.",
    "file-without-that-track": "{path} has no sound track {number}, only {count}; choose one of them.",
    "libpulse-missing": "The library libpulse is missing; install the package libpulse0.",
    "loopback-missing": (
        "The output to listen to {name} is not connected; connect it or choose another one (`parley devices` lists "
        "them)."
    ),
    "macos-loopback-missing": (
        "{name} is not there; install BlackHole (existential.audio/blackhole) and play through a multi-output device "
        "that contains it."
    ),
    "microphone-missing": (
        "The microphone {name} is not connected; connect it or choose another one (`parley devices` lists them)."
    ),
    "named-device-missing": "{name} is not connected; connect it or choose another device (`parley devices`).",
    "no-audio-server": (
        "No PulseAudio or PipeWire server answers; start one (`systemctl --user start pipewire-pulse`, or "
        "`pulseaudio --start`) and try again."
    ),
    "no-loopback": "No output is there to listen to; connect speakers or headphones.",
    "no-macos-loopback": (
        "A loopback device is not there; install BlackHole (existential.audio/blackhole) and play through a "
        "multi-output device that contains it."
    ),
    "no-microphone": "No microphone is connected; connect one and try again.",
    "no-microphone-but-loopback": "No microphone is connected; connect one, or listen to what the computer plays.",
    "no-output": "No output is connected; connect speakers or headphones.",
    "no-portaudio-output": "The output (default) is not connected; connect it or choose another one.",
    "no-sound-interface": "The system has no sound interface; connect a sound device.",
    "output-disconnected": "{name} was disconnected; connect it again or choose another output.",
    "output-missing": (
        "The output {name} is not connected; connect it or choose another one (`parley devices` lists them)."
    ),
    "output-moved": (
        "{name} was disconnected, or the system moved the voice; connect it again or choose another output."
    ),
    "output-refused": "{name} cannot be opened; close other programs that use it alone.",
    "portaudio-missing": "The PortAudio library is missing; install it (libportaudio2, portaudio).",
    "portaudio-output-missing": "The output {name} is not connected; connect it or choose another one.",
    "recording-disconnected": "{label} was disconnected; Parley goes on listening as soon as it is back.",
    "recording-moved": (
        "{label} was disconnected, or the system moved the recording; Parley goes on with it as soon as it can."
    ),
    "recording-refused": (
        "{label} cannot be opened; allow Parley to use it in the system's privacy settings, and close other programs "
        "that use it."
    ),
    "recording-silent": "{label} delivers no more audio; Parley is connecting to it again.",
    "source-closed": "Audio was pushed into a source that is not open; start listening to it first.",
    "source-in-use": "{label} is already being recorded.",
    "source-missing": "{label} is not connected; connect it or choose another device.",
    "source-unknown": (
        "“{source_id}” is not something to listen to; give microphone:NAME, loopback:NAME or file:PATH (`parley "
        "devices` lists the names)."
    ),
    "speaker-closed": "The speaker is not open; open it before it plays.",
    "speech-file-closed": "The file for spoken translation is not open; open it before it is written.",
    "speech-file-refused": "{path} cannot be written; choose another folder for the spoken translation.",
}
