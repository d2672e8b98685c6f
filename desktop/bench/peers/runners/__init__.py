"""One file per system: a process that hears a job's audio and tells what the system says of it.

These files run in the peers' own environment, too, where Parley's libraries are not installed: they import nothing but
the standard library, numpy, psutil and the system itself (except Parley's own runner).
"""
