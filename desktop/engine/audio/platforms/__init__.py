"""Devices of each platform: PulseAudio and PipeWire, PortAudio, Windows, macOS."""
