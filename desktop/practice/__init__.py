"""Reading a known text aloud: each word marked as it is spoken, then a score. No Qt in here.

A front end opens a `Session` with `Reading.session_options`, hands its transcripts to `Reading.hear` while somebody
reads, and the whole recording to `verify` at the end.
"""
