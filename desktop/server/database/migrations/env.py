"""What Alembic runs for each migration: on the connection, and in the transaction, of whoever asks for it."""

from alembic import context
from sqlalchemy import Connection

from desktop.server.database.tables import Base

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # SQLite cannot change a column: the table is made anew, and filled.
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
