"""Who a connection belongs to."""

from starlette.requests import HTTPConnection


def owner_of(connection: HTTPConnection) -> str:
    """Who may come back to a stream that this connection opens; empty: nobody in particular."""
    principal = connection.scope.get("state", {}).get("principal")
    return str(getattr(principal, "id", "")) if principal is not None else ""
