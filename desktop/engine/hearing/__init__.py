"""From frames to utterances: voice activity, segmenting, what is music."""
