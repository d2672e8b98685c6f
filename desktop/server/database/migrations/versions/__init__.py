"""The versions, each with the way up and the way down."""
