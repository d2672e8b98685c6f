"""Who runs the models for the streams: this process; workers elsewhere are in `cluster/`."""
