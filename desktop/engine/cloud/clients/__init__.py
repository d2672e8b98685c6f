"""What engines of the same provider, or library, share: the connection, the key, what errors mean."""
