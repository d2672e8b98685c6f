"""From utterances to transcripts: what is decoded, what is shown, what is committed."""
