"""Audio in and out: sources, devices, resampling, the speaker."""
