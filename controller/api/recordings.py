"""Recordings: what is known of them, hearing them out, machines that read, phrases of recorded words."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from controller.api.access import Need, Reader, World
from controller.domain.people import Actor, Right
from controller.media.waveform import bars_svg
from controller.services import hear, phrase, speak
from controller.services.bring import Brought
from controller.services.hear import RecordingView
from controller.services.look import MessageView
from controller.services.phrase import PhraseDraft, RecordedWord, Spoken, Values
from controller.services.speak import Sayings, SpeechRequest
from controller.store.voices import Phrase

router = APIRouter(tags=["sound"])
Bringer = Annotated[Actor, Depends(Need(Right.MEDIA))]
Hash = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


@router.get("/recordings/{sha256}")
def recording(sha256: Hash, actor: Reader, deps: World) -> RecordingView:
    """Loudness, findings, whose voice, and whether you have heard it to its end."""
    return hear.recording(deps, actor, sha256)


@router.get("/recordings/{sha256}/waveform.svg", response_class=Response)
def waveform(sha256: Hash, actor: Reader, deps: World) -> Response:
    """A picture of it, in the colour of the page's text."""
    drawn = bars_svg(hear.recording(deps, actor, sha256).waveform)
    headers = {"cache-control": "private, max-age=31536000, immutable", "x-content-type-options": "nosniff"}
    return Response(drawn, media_type="image/svg+xml", headers=headers)


@router.post("/recordings/{sha256}/hearing", status_code=204)
def begin_hearing(sha256: Hash, actor: Reader, deps: World) -> None:
    """You have pressed play, at the beginning."""
    hear.begin_hearing(deps, actor, sha256)


@router.post("/recordings/{sha256}/hearing/end", status_code=204)
def end_hearing(sha256: Hash, actor: Reader, deps: World) -> None:
    """You have heard it to its end; refused if less time has passed than it takes."""
    hear.end_hearing(deps, actor, sha256)


@router.post("/messages/{message}/speech", status_code=201)
def speech(
    message: str, request: SpeechRequest, actor: Annotated[Actor, Depends(Need(Right.WRITE))], deps: World
) -> MessageView:
    """Let a machine read one language of a message: a draft, a new version, marked as a machine's for ever."""
    return speak.speak_message(deps, actor, message, request)


@router.get("/lexicons/{gate}/{language}")
def lexicon(gate: str, language: str, actor: Reader, deps: World) -> dict[str, str]:
    """How words of a gate are said."""
    return speak.sayings(deps, actor, gate, language)


@router.put("/lexicons/{gate}/{language}")
def set_lexicon(gate: str, language: str, wanted: Sayings, actor: Bringer, deps: World) -> dict[str, str]:
    """Put a list in place of the old one."""
    return speak.set_sayings(deps, actor, gate, language, wanted)


@router.get("/words/{language}")
def words(language: Spoken, actor: Reader, deps: World) -> dict[str, str]:
    """The words a person has recorded for phrases."""
    return phrase.recorded_words(deps, actor, language)


@router.put("/words/{language}/{word}")
def record_word(language: Spoken, word: str, wanted: RecordedWord, actor: Bringer, deps: World) -> dict[str, str]:
    """Have a recording say a word."""
    return phrase.record_word(deps, actor, language, word, wanted)


@router.post("/phrases", status_code=201)
def create_phrase(draft: PhraseDraft, actor: Bringer, deps: World) -> Phrase:
    """A phrase of recordings, with slots."""
    return phrase.create_phrase(deps, actor, draft)


@router.get("/phrases")
def phrases(actor: Reader, deps: World) -> tuple[Phrase, ...]:
    """Every phrase, oldest first."""
    return phrase.all_phrases(deps, actor)


@router.post("/phrases/{name}/recordings", status_code=201)
def say_phrase(name: str, given: Values, actor: Bringer, deps: World) -> Brought:
    """The phrase with its slots filled, as a recording."""
    return phrase.say_phrase(deps, actor, name, given)
