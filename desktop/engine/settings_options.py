"""The app's settings as the engine's options, and back. Pure."""

from desktop.engine.options import ModelOptions, SessionOptions, VoiceOptions
from desktop.settings.declaration import (
    CloudSettings,
    RecognitionSettings,
    ServerSettings,
    Settings,
    SpeechSettings,
    TranslationSettings,
)


def session_options(settings: Settings, lane: str = "", *, live: bool = True) -> SessionOptions:
    """What a session follows of the settings. live: somebody follows the words; False: a recording is written down."""
    recognition = settings.recognition
    return SessionOptions(
        language=recognition.language,
        languages=recognition.languages,
        target=settings.translation.target,
        live_translation=settings.translation.live and live,
        speaks=settings.speech.enabled,
        vocabulary=recognition.vocabulary,
        live=live,
        lane=lane,
        mode=recognition.mode,
        beam_size=recognition.beam_size,
        step=recognition.step,
        window=recognition.window,
        breaker_failures=recognition.breaker_failures,
        breaker_recovery=recognition.breaker_recovery,
        level_hz=settings.audio.level_hz,
        voice=VoiceOptions(**settings.vad.model_dump()),
    )


def model_options(settings: Settings, *, lowers_load: bool = True) -> ModelOptions:
    """What the models follow of the settings."""
    recognition = settings.recognition
    return ModelOptions(
        recognition=recognition.model,
        languages=recognition.spoken,
        server=settings.server.url,
        server_certificate=settings.server.certificate,
        cloud=settings.cloud.model_dump(exclude_defaults=True),
        recognizer=recognition.backend,
        translator=settings.translation.backend,
        synthesizer=settings.speech.backend,
        voice=settings.speech.voice,
        device=recognition.device,
        compute_type=recognition.compute_type,
        threads=recognition.threads,
        context=recognition.context,
        context_floor=recognition.context_floor,
        context_pad=recognition.context_pad,
        beam_size=recognition.beam_size,
        step=recognition.step,
        window=recognition.window,
        mode=recognition.mode,
        may_lower_model=recognition.may_lower_model,
        lowers_load=lowers_load,
    )


def settings_of(options: ModelOptions) -> Settings:
    """Settings that ask for the same models. Raises pydantic's ValidationError for values that no setting takes."""
    languages = options.languages
    recognition = {
        "backend": options.recognizer,
        "model": options.recognition,
        "language": languages[0] if len(languages) == 1 else "auto",
        "languages": languages,
        "device": options.device,
        "compute_type": options.compute_type,
        "threads": options.threads,
        "context": options.context,
        "context_floor": options.context_floor,
        "context_pad": options.context_pad,
        "beam_size": options.beam_size,
        "step": options.step,
        "window": options.window,
        "mode": options.mode,
        "may_lower_model": options.may_lower_model,
    }
    return Settings(
        recognition=RecognitionSettings.model_validate(recognition),
        server=ServerSettings(url=options.server, certificate=options.server_certificate),
        cloud=CloudSettings.model_validate(dict(options.cloud)),
        translation=TranslationSettings(backend=options.translator),
        speech=SpeechSettings(backend=options.synthesizer, voice=options.voice),
    )
