"""Live runs: what plays, listens and takes the times."""
