"""What is measured of the server: counts and seconds, never who or what was said. Any thread."""

import os
import socket
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from desktop.server.streams.hub import Hub

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""borders of the histograms, those of OpenTelemetry"""


class ServerMetrics:
    """One registry for each server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.instance = f"{socket.gethostname()}-{os.getpid()}"
        self.began = time.time()
        made: dict[str, Any] = {"registry": self.registry}
        self.connections = Gauge("parley_connections_active", "Connections that are open.", ["protocol"], **made)
        self.speaking = Gauge("parley_speakers_active", "Streams in which somebody speaks.", **made)
        self.streams = Gauge("parley_streams_active", "Streams that are open.", **made)
        self.followers = Gauge("parley_followers_active", "Those who follow a room.", **made)
        self.queue = Gauge("parley_queue_lag", "Items that wait for a model.", **made)
        self.room = Gauge("parley_speakers_most", "Speakers that this machine bears, as measured.", **made)
        self.chunks = Counter("parley_audio_chunks_total", "Pieces of audio that clients sent.", **made)
        self.audio = Counter("parley_audio_seconds_total", "Seconds of audio that were heard.", **made)
        self.jobs = Counter("parley_jobs_total", "Work for the models.", ["stage", "outcome"], **made)
        self.coalesced = Counter("parley_jobs_coalesced_total", "Partial work that newer audio replaced.", **made)
        self.refused = Counter("parley_busy_total", "Speakers that were refused, as there was no room.", **made)
        self.results = Counter("parley_results_total", "Updates of transcripts and translations.", **made)
        self.errors = Counter("parley_errors_total", "Errors that clients were told of.", **made)
        self.notices = Counter(
            "parley_notices_total",
            "What happened to streams: that one was changed to buffered recognition, and back to streaming; errors.",
            ["code"],
            **made,
        )
        self.wait = Histogram(
            "parley_job_wait_seconds", "From asking to the turn.", ["stage"], buckets=_SECONDS, **made
        )
        self.decode = Histogram("parley_decode_seconds", "Recognising once.", ["kind"], buckets=_SECONDS, **made)
        self.final = Histogram(
            "parley_final_latency_seconds", "From the end of speech to the final text.", buckets=_SECONDS, **made
        )

    def text(self, hub: "Hub") -> bytes:
        """For scrapers, in Prometheus' text format."""
        self.speaking.set(hub.admission.speaking)
        self.room.set(hub.admission.most)
        self.streams.set(hub.streams)
        self.followers.set(hub.rooms.followers)
        self.queue.set(hub.broker.lag)
        return generate_latest(self.registry)

    def founding(self, hub: "Hub", most_queued: int) -> dict[str, Any]:
        """The founding documents' JSON."""
        return {
            "instance_id": self.instance,
            "queue_depth": hub.broker.lag,
            "max_queue_depth": most_queued,
            "metrics": {
                "clients_connected": int(self._sum(self.connections)),
                "audio_chunks_processed": int(self._sum(self.chunks)),
                "jobs_published": int(self._sum(self.jobs)),
                "results_forwarded": int(self._sum(self.results)),
                "errors": int(self._sum(self.errors)),
            },
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }

    @staticmethod
    def _sum(metric: Any) -> float:
        return sum(
            float(sample.value)
            for family in metric.collect()
            for sample in family.samples
            if not sample.name.endswith("_created")
        )
