"""The loaded models, which all sessions share: each in memory once, its turns given out fairly."""
