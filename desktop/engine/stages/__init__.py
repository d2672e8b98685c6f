"""A stage of the pipeline: one thread with its queue."""
