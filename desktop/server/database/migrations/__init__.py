"""How the tables came to be, one file for each version. Alembic reads this folder; `desktop.server.database.schema`
runs it. A new version: a file in `versions` whose `down_revision` is the newest one, and the same change in
`tables`."""
