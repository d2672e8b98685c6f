"""Bytes as people read them. Pure.

Own code, as humanize has one number of digits for all units: "484.0 MB" or "3 GB".
"""

_UNITS = ("B", "kB", "MB", "GB", "TB")


def readable_size(count: float) -> str:
    """ "484 MB", "3.1 GB": decimal units as disks and providers count, a decimal only below 10 and in whole GB."""
    amount, unit = float(count), 0
    while unit < len(_UNITS) - 1 and round(amount) >= 1000:
        amount, unit = amount / 1000, unit + 1
    has_decimal = unit >= 2 and (amount < 9.95 or (unit >= 3 and amount < 99.95))
    return f"{amount:.{1 if has_decimal else 0}f} {_UNITS[unit]}"
