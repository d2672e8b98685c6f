"""Every message that desktop/engine, desktop/practice and desktop/server make, read from their source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from desktop.engine import errors

ENGINE = Path(errors.__file__).parent
PRACTICE = ENGINE.parent / "practice"
SERVER = ENGINE.parent / "server"
_ERRORS = {name for name, thing in vars(errors).items() if isinstance(thing, type) and issubclass(thing, Exception)}
_MAKERS = _ERRORS | {
    "BadMessage",
    "DatabaseError",
    "FileBroken",
    "LibraryMissing",
    "Message",
    "Refused",
    "ServerBusy",
    "Temporary",
    "TextUnreadable",
    "WorkRefused",
}
"""what is called with a key and its parameters"""
_OWN = {"after", "is_hopeless", "code", "recoverable"}
"""keywords of makers that are no parameters"""
_PASSED_ON = {"_refused": (1, frozenset()), "as_engine_error": (1, frozenset({"error"}))}
"""functions that pass a key on: which argument it is, and the parameters that they add"""


@dataclass(frozen=True)
class Made:
    """A place where a message is made."""

    place: str
    keys: tuple[str, ...]
    """one of these; none: it is made elsewhere and only handed on"""
    parameters: frozenset[str]


def made() -> Iterator[Made]:
    """All of them."""
    for file in sorted([*ENGINE.rglob("*.py"), *PRACTICE.rglob("*.py"), *SERVER.rglob("*.py")]):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for scope in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))]:
            for call in _calls(scope):
                name = _name(call)
                place = f"{file.relative_to(ENGINE.parent)}:{call.lineno}"
                if name in _PASSED_ON:
                    at, added = _PASSED_ON[name]
                    yield Made(place, _keys(call.args[at], scope), _parameters(call) | added)
                elif name in _MAKERS and call.args and not any(one.arg is None for one in call.keywords):
                    yield Made(place, _keys(call.args[0], scope), _parameters(call))


def _calls(scope: ast.AST) -> Iterator[ast.Call]:
    """Those of a function itself, not of functions inside it."""
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, ast.FunctionDef):
            waiting += ast.iter_child_nodes(node)


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _parameters(call: ast.Call) -> frozenset[str]:
    own = _OWN | {"status"} if _name(call) == "Refused" else _OWN
    return frozenset(one.arg for one in call.keywords if one.arg is not None and one.arg not in own)


def _keys(value: ast.expr, scope: ast.AST) -> tuple[str, ...]:
    """The keys that an expression may be; a name stands for what it is set to in the same function."""
    if isinstance(value, ast.Constant):
        return (str(value.value),)
    if isinstance(value, ast.IfExp):
        return _keys(value.body, scope) + _keys(value.orelse, scope)
    if isinstance(value, ast.JoinedStr | ast.BinOp):
        return (ast.unparse(value),)  # a sentence, or a key that nobody can look up
    if isinstance(value, ast.Name):
        return tuple(
            key
            for node in ast.walk(scope)
            if isinstance(node, ast.Assign)
            and [ast.unparse(one) for one in node.targets] == [value.id]
            and isinstance(node.value, ast.Constant | ast.IfExp | ast.JoinedStr)
            for key in _keys(node.value, scope)
        )
    return ()
