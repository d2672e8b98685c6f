"""Sizes as people read them. Pure."""


def readable(count: int) -> str:
    """Bytes as people read them: 14 kB, 3.1 GB."""
    amount = float(count)
    for unit in ("B", "kB", "MB"):
        if amount < 999.5:
            return f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:.3g} GB"
