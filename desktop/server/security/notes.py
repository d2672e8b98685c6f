"""What the doors write into the audit log. On the event loop; the database is asked on its threads."""

import logging
import time
from dataclasses import replace
from datetime import UTC, datetime

from desktop.engine.errors import EngineError
from desktop.server.database import Database
from desktop.server.database.audit import Entry, Event, write
from desktop.server.security.attempts import Attempts
from desktop.server.security.web.refusal import Refused

log = logging.getLogger(__name__)


class Notes:
    """attempts: counts refusals, so that a flood of them does not fill the disk."""

    def __init__(self, database: Database, attempts: Attempts) -> None:
        self._database = database
        self._attempts = attempts

    async def keep(self, entry: Entry) -> None:
        """Who could be looked up is served, also where nobody can write it down: that is logged, not raised."""
        try:
            await self._database.run(lambda session: write(session, entry))
        except EngineError as error:
            log.error("the audit log cannot be written: %s", error)

    async def refused(self, about: Entry, refused: EngineError) -> None:
        """about: who, from where, by which way."""
        left = await self._attempts.notes_left(about.address)
        if left < 0:
            return
        is_lock = isinstance(refused, Refused) and refused.code == "locked-out" and refused.status == 401
        reason = refused.code if left else f"{refused.code}, and more"
        await self.keep(replace(about, event=Event.LOCKED if is_lock else Event.REFUSED, reason=reason))

    async def ended(self, about: Entry, event: Event, reason: str, began: float) -> None:
        """began: of `time.monotonic`."""
        seconds = round(time.monotonic() - began, 3)
        await self.keep(replace(about, event=event, at=datetime.now(UTC), reason=reason, seconds=seconds))
