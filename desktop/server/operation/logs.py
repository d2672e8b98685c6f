"""The server's log on standard error as JSON, a line for each event, for whatever collects logs. Any thread."""

import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from pythonjsonlogger.json import JsonFormatter

from desktop.server.operation.tracing import trace


class _Format(JsonFormatter):
    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        super().add_fields(log_data, record, message_dict)
        log_data["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        log_data["level"] = record.levelname.lower()
        log_data["event"] = log_data.pop("message", "")
        log_data["logger"] = record.name
        if number := trace.get():
            log_data["trace_id"] = number


def write_json(stream: TextIO | None = None) -> logging.Handler:
    """From now on, to standard error or `stream`; gives the handler that does."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Format())
    logging.getLogger().addHandler(handler)
    return handler
