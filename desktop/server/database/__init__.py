"""What the server keeps: tokens, users, and the audit log of who connected. Never what was said.

SQLAlchemy's synchronous engine, on threads of the database's own where an event loop asks (`Database.run`): SQLite in
the data folder by default, PostgreSQL by URL.
"""

from desktop.server.database.connection import Database, open_database
from desktop.server.database.schema import prepare

__all__ = ["Database", "open_database", "prepare"]
