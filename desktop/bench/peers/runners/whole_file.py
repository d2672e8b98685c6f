"""Plain faster-whisper on the whole recording at once, with its 30 s windows: the word error rate that live recognition
can hope for. Main thread. Its text comes when everything is decoded, so it has no latency to compare."""

import time

from desktop.bench.peers.runners.channel import SAMPLE_RATE, Channel, Cost, Job, guarded


def run(job: Job, channel: Channel) -> None:
    from faster_whisper import WhisperModel

    model = WhisperModel(job.model, device="cpu", cpu_threads=1)
    samples = job.samples()
    list(model.transcribe(samples[:SAMPLE_RATE], language=job.language, beam_size=job.beam)[0])
    cost = Cost()
    channel.began(time.monotonic())
    segments, _ = model.transcribe(samples[: job.speech], language=job.language, beam_size=job.beam)
    text = " ".join(segment.text.strip() for segment in segments)
    channel.tell(text, text)
    channel.done(cost, 0.0, time.monotonic())


if __name__ == "__main__":
    guarded(run)
