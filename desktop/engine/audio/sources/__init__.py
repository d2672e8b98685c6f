"""What can be listened to, and the samples on their way to the engine."""
