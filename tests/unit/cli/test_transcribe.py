"""Where transcripts go: decided before anything is recognised."""

import sys
from pathlib import Path

import pytest

from desktop.cli.commands.listen import source_id
from desktop.cli.commands.transcribe import plan
from desktop.engine.audio.sources.spool import STDIN
from desktop.engine.transcript.export import Format

ONE, TWO = Path("a/one.wav"), Path("b/two.ogg")


def test_one_file_goes_to_stdout_as_text() -> None:
    job = plan([ONE], None, None)
    assert (job.form, job.outputs) == (Format.TEXT, (None,))


@pytest.mark.parametrize("form", list(Format))
def test_the_output_names_the_format(form: Format) -> None:
    output = Path(f"here.{form.value}")
    assert plan([ONE], None, output).form is form
    assert plan([ONE], Format.SRT, output).form is Format.SRT
    assert plan([ONE], None, output).outputs == (output,)


def test_the_ending_of_the_output_may_be_in_capitals_but_must_be_known(tmp_path: Path) -> None:
    assert plan([ONE], None, Path("x.SRT")).form is Format.SRT
    assert plan([ONE], None, Path("x.Ass")).form is Format.ASS
    for name in ("x.doc", "x.srt2", "x.ssa", "~x.lrc"):
        with pytest.raises(ValueError, match=r"is no format of transcripts \(\.txt, \.srt, \.vtt, \.ass, \.json\)"):
            plan([ONE], None, Path(name))
        assert plan([ONE], Format.SRT, Path(name)).form is Format.SRT
    (tmp_path / "made.on.11.Nov").mkdir()
    assert plan([ONE], None, tmp_path / "made.on.11.Nov").outputs == (tmp_path / "made.on.11.Nov" / "one.txt",)
    assert plan([ONE], None, Path("plain")).form is Format.TEXT


def test_a_dash_is_what_is_piped_in(tmp_path: Path) -> None:
    assert plan(["-", "./-", "a.wav"], None, None).files == (STDIN, Path("-"), Path("a.wav"))
    assert plan(["-"], Format.SRT, tmp_path).outputs == (tmp_path / "stdin.srt",)
    with pytest.raises(ValueError, match="only once"):
        plan(["-", "/dev/stdin"], None, None)


def test_several_files_go_into_a_folder(tmp_path: Path) -> None:
    assert plan([ONE, TWO], Format.SRT, tmp_path).outputs == (tmp_path / "one.srt", tmp_path / "two.srt")
    assert plan([ONE, TWO], None, tmp_path / "new").outputs == (tmp_path / "new/one.txt", tmp_path / "new/two.txt")
    assert plan([ONE], Format.VTT, tmp_path).outputs == (tmp_path / "one.vtt",)


def test_files_of_the_same_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    job = plan([Path("one.wav"), Path("one.mp3"), TWO], Format.SRT, tmp_path)
    assert [path.name for path in job.outputs if path] == ["one.wav.srt", "one.mp3.srt", "two.srt"]


def test_the_very_same_name_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"one\.wav"):
        plan([Path("a/one.wav"), Path("b/one.wav")], Format.SRT, tmp_path)


def recordings(folder: Path, *names: str) -> list[Path]:
    files = [folder / name for name in names]
    for file in files:
        file.write_bytes(b"sound")
    return files


def test_text_never_goes_over_a_recording(tmp_path: Path) -> None:
    talk, other, text = recordings(tmp_path, "talk.wav", "other.wav", "notes.txt")
    (tmp_path / "link.srt").symlink_to(talk)
    (tmp_path / "hard.vtt").hardlink_to(talk)
    for output in (talk, tmp_path / "link.srt", tmp_path / "hard.vtt", tmp_path / "nowhere" / ".." / "talk.wav"):
        (tmp_path / "nowhere").mkdir(exist_ok=True)
        with pytest.raises(ValueError, match=r"over the recording .*talk\.wav"):
            plan([talk], None, output)
    with pytest.raises(ValueError, match=r"over the recording .*notes\.txt"):
        plan([text], None, tmp_path)  # a recording with that suffix, into its own folder
    (tmp_path / "other.json").symlink_to(talk)
    with pytest.raises(ValueError, match=r"over the recording .*talk\.wav"):
        plan([other, talk], Format.JSON, tmp_path)
    assert plan([talk], None, tmp_path / "talk.txt").outputs == (tmp_path / "talk.txt",)


def test_standard_output_is_never_the_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`parley transcribe talk.wav >> talk.wav`"""
    talk, other = recordings(tmp_path, "talk.wav", "other.wav")
    with talk.open("a", encoding="utf-8") as out:
        monkeypatch.setattr(sys, "stdout", out)
        with pytest.raises(ValueError, match=r"over the recording .*talk\.wav"):
            plan([other, talk], None, None)
        assert plan([other], None, None).outputs == (None,)
    for closed in (out, None):
        monkeypatch.setattr(sys, "stdout", closed)
        assert plan([talk], None, None).outputs == (None,)


def test_subtitles_of_several_files_need_a_folder() -> None:
    with pytest.raises(ValueError, match="name a folder"):
        plan([ONE, TWO], Format.SRT, None)
    with pytest.raises(ValueError, match="name a folder"):
        plan([ONE, TWO], None, Path("all.srt"))
    assert plan([ONE, TWO], Format.TEXT, None).outputs == (None, None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("microphone", "microphone:"),
        ("loopback", "loopback:"),
        ("loopback:speakers", "loopback:speakers"),
        ("talk.ogg", "file:talk.ogg"),
        ("file:talk.ogg", "file:talk.ogg"),
    ],
)
def test_sources_are_named_as_people_would(text: str, found: str) -> None:
    assert source_id(text) == found
