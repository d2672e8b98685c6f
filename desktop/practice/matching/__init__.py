"""Which word of the text each heard word is, and whether it was read right. Pure."""
