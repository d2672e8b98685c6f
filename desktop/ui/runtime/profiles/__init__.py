"""The settings file while the app runs: profiles, what others write into it, what the first paint needs of it."""
