"""docs/engine-api.md, made from the docstrings of the public API: `python -m desktop.engine.docs` writes it."""

import ast
import dataclasses
import inspect
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import desktop.engine as api
from desktop.system.paths import RESOURCES

PAGE = RESOURCES.parent / "docs" / "engine-api.md"

_HEAD = """\
# The engine's public API

What `desktop.engine` exports, generated from its docstrings by `python -m desktop.engine.docs`. How it is used is on
the page about [Parley in your own program](embedding.md).
"""


def page() -> str:
    """The whole page."""
    return _HEAD + "".join(_entry(name, getattr(api, name)) for name in api.__all__)


def _entry(name: str, thing: Any) -> str:
    if not inspect.isclass(thing) and not inspect.isfunction(thing):
        return f"\n## {name}\n\n{_of_value(name)}\n"
    parts = [f"\n## {name}\n\n"]
    if inspect.isfunction(thing):
        parts.append(f"```python\n{name}{_signature(thing)}\n```\n\n")
    parts.append(f"{_text(thing)}\n")
    if inspect.isclass(thing):
        parts += _fields(thing) if dataclasses.is_dataclass(thing) else _members(thing)
    return "".join(parts)


def _of_value(name: str) -> str:
    """A type that is a name for others: its text stands behind it in the module."""
    module = sys.modules[f"{api.__name__}.{api.MODULES[name]}"]
    return dict(_documented(ast.parse(inspect.getsource(module)).body)).get(name, "")


def _fields(thing: Any) -> Iterator[str]:
    """The fields of a dataclass, each with its text."""
    texts = dict(_documented(_body(thing)))
    yield "\n"
    for field in dataclasses.fields(thing):
        kind = field.type if isinstance(field.type, str) else inspect.formatannotation(field.type)
        default = f" = `{field.default!r}`" if field.default is not dataclasses.MISSING else ""
        text = texts.get(field.name, "")
        yield f"- **{field.name}**: `{_short(kind)}`{default}{' - ' + text if text else ''}\n"


def _members(thing: Any) -> Iterator[str]:
    """The public methods and properties of a class, in order."""
    for name, member in vars(thing).items():
        if name.startswith("_") and name != "__init__":
            continue
        if isinstance(member, property):
            kind = inspect.formatannotation(inspect.signature(member.fget).return_annotation)  # type: ignore[arg-type]
            yield f"\n### {name}: `{_short(kind)}`\n\n{_text(member)}\n"
        elif inspect.isfunction(member):
            yield f"\n### {name}\n\n```python\n{name}{_signature(member)}\n```\n"
            if member.__doc__:
                yield f"\n{_text(member)}\n"


def _signature(function: Any) -> str:
    return _short(str(inspect.signature(function)))


def _short(annotation: str) -> str:
    """Without the modules that types live in, and with the names that unions have."""
    annotation = annotation.replace(inspect.formatannotation(api.Event), "Event")
    annotation = re.sub(r"<function .*? at 0x[0-9a-f]+>", "...", annotation)
    for prefix in ("desktop.engine.", "collections.abc.", "typing."):
        while (at := annotation.find(prefix)) >= 0:
            end = at + len(prefix)
            while (dot := annotation.find(".", end)) >= 0 and annotation[end:dot].isidentifier():
                end = dot + 1
            annotation = annotation[:at] + annotation[end:]
    return annotation


def _text(thing: Any) -> str:
    return inspect.getdoc(thing) or ""


def _body(thing: Any) -> list[ast.stmt]:
    (parsed,) = ast.parse(inspect.cleandoc(inspect.getsource(thing))).body
    assert isinstance(parsed, ast.ClassDef)
    return parsed.body


def _documented(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """(name, the string that stands behind its assignment)"""
    for statement, after in pairwise(body):
        if not (isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)):
            continue
        target: ast.expr | None = statement.target if isinstance(statement, ast.AnnAssign) else None
        if isinstance(statement, ast.Assign):
            target = statement.targets[0]
        if isinstance(target, ast.Name):
            yield target.id, " ".join(str(after.value.value).split())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
