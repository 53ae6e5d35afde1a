"""Machine voices: what they are given, how they pronounce it, and how they fail."""

from __future__ import annotations

import re
import sys
from functools import cache
from io import BytesIO

import numpy as np
import pytest
import soundfile

from controller.media.speech import engines
from controller.media.speech.draft import draft_key, speak, voice_for
from controller.media.speech.engines import CommandEngine, EspeakEngine, SpeechError, Voice, find_espeak
from controller.media.speech.tongues import spoken
from devices.profiles.wav import wav_header
from tests.support.meters import ffmpeg_meter

VOICE = Voice("hum", "vi")


class Hummer:
    """A voice that hums as long as its words are."""

    def __init__(self, version: str = "1", language: str = "vi") -> None:
        self.version, self.voice = version, Voice("hum", language)
        self.given: list[str] = []

    def voices(self) -> tuple[Voice, ...]:
        return (self.voice,)

    def synthesize(self, words: str, voice: Voice, speed: float) -> bytes:
        self.given.append(words)
        count = round(len(words) * 1_500 / speed) + 12_000
        target = BytesIO()
        soundfile.write(target, 0.2 * np.sin(np.arange(count) * 0.1), 22_050, format="WAV")
        return target.getvalue()

    def fingerprint(self) -> str:
        return f"hummer {self.version}"


@cache
def espeak() -> EspeakEngine:
    found = find_espeak()
    assert found is not None, "the demo installs espeak-ng"
    return found


def test_the_voice_is_given_words_and_the_draft_says_which():
    hummer = Hummer()
    draft = speak("Làn 2 mở 8h", "vi", hummer)
    assert hummer.given == [draft.words] == ["Làn hai mở tám giờ"]
    assert draft.voice == "hummer 1 hum"
    assert draft.coded.facts.lufs == pytest.approx(-16, abs=0.3)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda: speak("Làn 3", "vi", Hummer()), id="other words"),
        pytest.param(lambda: speak("Làn 2", "vi", Hummer("2")), id="another version"),
        pytest.param(lambda: speak("Làn 2", "vi", Hummer(), 0.9), id="another speed"),
        pytest.param(lambda: speak("Làn 2", "vi", Hummer(), lexicon={"Làn": "Luồng"}), id="another lexicon"),
    ],
)
def test_whatever_may_change_the_sound_changes_the_key(change):
    assert change().key != speak("Làn 2", "vi", Hummer()).key
    assert speak("Làn 2", "vi", Hummer()).key == draft_key("Làn hai", VOICE, Hummer(), 1.0)


@pytest.mark.parametrize(
    ("text", "language", "speed", "code"),
    [
        ("Hello", "en", 1.0, "speech.language"),
        ("x", "lo", 1.0, "speech.language"),
        (" ... ", "vi", 1.0, "speech.text"),
        ("Xin chào", "vi", 9.0, "speech.text"),
    ],
)
def test_what_cannot_be_said_is_refused(text, language, speed, code):
    with pytest.raises(SpeechError) as caught:
        speak(text, language, Hummer(), speed)
    assert caught.value.code == code


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-S", "-c", code)


ECHO = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read() + sys.argv[1].encode())"


def test_a_command_reads_words_and_writes_sound():
    engine = CommandEngine((*python(ECHO), "{speed}"), VOICE)
    assert engine.synthesize("chào", VOICE, 0.9) == "chào0.9".encode()
    assert engine.voices() == (VOICE,)


def test_another_voice_file_is_another_fingerprint(tmp_path):
    file = tmp_path / "voice.onnx"
    file.write_bytes(b"one")
    engine = CommandEngine(("piper",), VOICE, (file,))
    before = engine.fingerprint()
    assert engine.fingerprint() == before
    file.write_bytes(b"two")
    assert engine.fingerprint() != before


@pytest.mark.parametrize(
    ("command", "words"),
    [
        pytest.param(("no-such-voice",), "cannot be started", id="not there"),
        pytest.param(python("raise SystemExit('no model')"), "code 1: no model", id="fails"),
        pytest.param(python("import os; os.kill(os.getpid(), 11)"), "code -11", id="crashes"),
    ],
)
def test_a_command_that_fails_is_told_in_one_sentence(command, words):
    with pytest.raises(SpeechError, match=words) as caught:
        CommandEngine(command, VOICE).synthesize("x", VOICE, 1.0)
    assert caught.value.code == "speech.engine"


def test_a_command_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(engines, "PATIENCE", 0.2)
    with pytest.raises(SpeechError, match="longer than"):
        CommandEngine(python("import time; time.sleep(60)"), VOICE).synthesize("x", VOICE, 1.0)


def test_a_text_without_end_is_refused_unspoken():
    with pytest.raises(SpeechError) as caught:
        CommandEngine(("no-such-voice",), VOICE).synthesize("x" * 5_001, VOICE, 1.0)
    assert caught.value.code == "speech.text"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Xe 12C-123.45 vào làn 3 trước 8h30.", "vi"),
        ("请持护照的旅客走2号通道。", "zh-Hans"),
        ("Lane 2 opens at 08:30.", "en"),
        ("Attention please. Chi Ma border gate is open daily. Please plan your journey. Thank you.", "en"),
    ],
)
def test_espeak_speaks_all_three_languages_at_the_target_loudness(text, language):
    draft = speak(text, language, espeak())
    samples, rate = soundfile.read(BytesIO(draft.coded.master), dtype="int16")
    assert (rate, len(samples)) == (48_000, draft.coded.facts.samples)
    assert len(samples) > 48_000
    assert ffmpeg_meter(wav_header(len(samples)) + samples.astype("<i2").tobytes())[0] == pytest.approx(-16, abs=0.3)
    played, _ = soundfile.read(BytesIO(draft.coded.played), dtype="int16")
    lufs, true_peak = ffmpeg_meter(wav_header(len(played)) + played.astype("<i2").tobytes())
    assert len(played) == len(samples)
    assert lufs == pytest.approx(-16, abs=1)
    assert true_peak < 0.5  # no sample is at full scale; between two of them the curve may lie a little higher
    assert np.abs(played.astype(int)).max() < 32_767


def test_the_same_request_gives_the_same_sound():
    first, again = (speak("Xin chào quý khách.", "vi", espeak()) for _ in range(2))
    assert first == again


def test_a_slower_voice_takes_longer():
    fast, slow = (speak("Xin chào quý khách đến cửa khẩu.", "vi", espeak(), speed) for speed in (1.2, 0.7))
    assert slow.coded.facts.samples > fast.coded.facts.samples * 1.2


@pytest.mark.parametrize(
    ("words", "sound"),
    [("重庆", r"^ts\.h"), ("银行", r"χˈ?ɑɜ?ŋ$"), ("行驶", r"^ɕi"), ("长官", r"^ts\.ɑ")],
    ids=["chóng, not zhòng", "háng, not xíng", "xíng, not háng", "zhǎng, not cháng"],
)
def test_mandarin_characters_with_two_readings_are_read_rightly(words, sound):
    said = espeak().phonemes(words, voice_for(espeak(), "zh-Hans"))
    assert re.search(sound, said), said


# Written down by ear and from the languages' own sound tables, not from the engine: digits one by one, and the pairs that a
# voice mixes up (mươi and mười, năm and lăm, một and mốt).
SOUNDS = {
    "vi": {
        "một": "mˈo6t̪", "mốt": "mˈoɜt̪", "hai": "hˈaːj", "ba": "bˈaː", "bốn": "bˈoɜn", "năm": "nˈam", "lăm": "lˈam",
        "mươi": "mˈyəj", "mười": "mˈyə2j", "tám": "t̪ˈaːɜm", "giờ": "zˈəː2", "xê": "sˈe", "phút": "fˈuɜt̪",
    },
    "en": {
        "one": "wˈɒn", "two": "tˈuː", "three": "θɹˈiː", "four": "fˈɔː", "five": "fˈaɪv", "eight": "ˈeɪt", "thirty": "θˈɜːti",
        "C": "sˈiː",
    },
    "zh-Hans": {"二": "ˈər5", "三": "sˈa5n", "幺": "jˈɑu5", "五": "wˈu2", "号": "χˈɑu5"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("written", "language", "words"),
    [
        ("12C-123.45", "vi", "một hai xê một hai ba bốn năm"),
        ("21 phút", "vi", "hai mươi mốt phút"),
        ("15", "vi", "mười lăm"),
        ("55", "vi", "năm mươi lăm"),
        ("8h30", "vi", "tám giờ ba mươi phút"),
        ("12C-123.45", "en", "one two C one two three four five"),
        ("8:30", "en", "eight thirty"),
        ("2号", "zh-Hans", "二 号"),
        ("桂A12325", "zh-Hans", "幺 二 三 二 五"),
    ],
)
def test_what_is_written_sounds_like_these_words_by_the_phonemes_of_the_voice(written, language, words):
    said = espeak().phonemes(spoken(written, language), voice_for(espeak(), language)).split()
    wanted = [SOUNDS[language][word] for word in words.split()]
    assert any(said[at : at + len(wanted)] == wanted for at in range(len(said))), said


@pytest.mark.parametrize(
    ("said", "offered"),
    [("ɕˈi5n", True), ("ɕˈin wˈɒn", False), ("", False)],
    ids=["right", "a tone as a word", "nothing"],
)
def test_a_mandarin_voice_is_asked_for_a_word_before_it_is_offered(monkeypatch, said, offered):
    engine = EspeakEngine.__new__(EspeakEngine)
    engine._start, engine._version, engine._probed = ["espeak"], "1.52", {}
    monkeypatch.setattr(engines, "run", lambda command, words: said.encode())
    assert ("zh-Hans" in {voice.language for voice in engine.voices()}) is offered


def test_a_mandarin_voice_that_reads_tones_as_english_is_not_offered(monkeypatch):
    old = espeak()
    monkeypatch.setattr(old, "_version", "1.51")
    assert {voice.language for voice in old.voices()} == {"vi", "en"}
    with pytest.raises(SpeechError, match="rightly"):
        voice_for(old, "zh-Hans")
    with pytest.raises(SpeechError, match="rightly"):
        old.synthesize("你好", Voice("cmn", "zh-Hans"), 1.0)


def test_a_library_that_is_not_there_is_a_speech_error():
    with pytest.raises(SpeechError) as caught:
        EspeakEngine("libno-such-voice.so", None)
    assert caught.value.code == "speech.engine"
