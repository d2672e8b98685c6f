"""OpenAI's protocols: REST and Realtime transcription."""
