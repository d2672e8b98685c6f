"""What a stream does that its client did not say: as the operator set the server up. Pure."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from desktop.engine.options import SessionOptions


def wished(options: SessionOptions, base: SessionOptions) -> SessionOptions:
    """A client's options, and where they are what nobody chose, those of `base`."""
    return _over(base, options, SessionOptions())  # type: ignore[no-any-return]


def _over(base: Any, wanted: Any, untouched: Any) -> Any:
    chosen: dict[str, Any] = {}
    for one in fields(wanted):
        value, default = getattr(wanted, one.name), getattr(untouched, one.name)
        if is_dataclass(value):
            chosen[one.name] = _over(getattr(base, one.name), value, default)
        elif value != default:
            chosen[one.name] = value
    return replace(base, **chosen)
