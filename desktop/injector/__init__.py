"""Voice typing: committed text goes into the focused window. No Qt in here."""
