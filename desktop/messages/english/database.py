"""What is said of the server's database, of copies of it, and of files with secrets."""

TEXTS = {
    "backup-broken": "{file} is no backup of Parley's database, or only a part of one; nothing was changed.",
    "backup-not-written": "The backup {file} cannot be written ({reason}); choose another place.",
    "backup-unreadable": "The backup {file} cannot be read ({reason}); nothing was changed.",
    "database-direction": (
        "The database has version {before}, so there is no way in this direction to {version}; use the other one of "
        "`parley db upgrade` and `parley db downgrade`."
    ),
    "database-empty": "The database {place} holds no tables of Parley's; make them with `parley db upgrade`.",
    "database-failed": (
        "The database {place} does not do what it should ({error}); see that it runs, and that user and password are "
        "right."
    ),
    "database-file": "The database {file} cannot be opened ({reason}); see who may write to that folder.",
    "database-newer": "The database {place} was made by a newer Parley; update this one.",
    "database-no-driver": "PostgreSQL needs its driver, psycopg; install Parley with the extra “postgresql”.",
    "database-old": (
        "The database {place} was made by an older Parley; keep a copy with `parley db backup FILE`, then bring it up "
        "to date with `parley db upgrade`."
    ),
    "database-password-in-url": (
        "A password in the address of the database can be read by others; leave it out, and give it in a file with "
        "--database-password-file or keep it with `parley config secret set database`."
    ),
    "database-url": ("That is no database that Parley can use; write sqlite:///FILE or postgresql://USER@HOST/NAME."),
    "database-version": "The database knows no version {version}; there are {versions:list}.",
    "secret-file": "The secret in {file} cannot be read or kept ({reason}); see who may read that file.",
    "secret-file-short": "The key in {file} needs {least} characters or more; `openssl rand -hex 32` makes one.",
    "secret-file-lines": "The secret in {file} must be one line that is not empty.",
}
