"""How far an upload is: seen by who sent it, and by nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import numpy as np
import pytest

from controller.domain.people import Actor, Role
from controller.errors import UnknownError
from controller.media import link
from controller.media.shares import Told
from controller.services.progress import MOST, Progress
from devices.profiles.wav import wav_header
from tests.support.desk import Desk, wav

AUTHOR, OTHER = Actor(username="a", role=Role.AUTHOR), Actor(username="b", role=Role.AUTHOR)


def test_a_share_is_known_under_its_ticket_while_the_work_lasts() -> None:
    progress = Progress()
    with progress.of(AUTHOR, "ticket-1") as told:
        assert progress.share(AUTHOR, "ticket-1").share == 0
        told(0.4)
        assert progress.share(AUTHOR, "ticket-1").share == 0.4
        with pytest.raises(UnknownError):
            progress.share(OTHER, "ticket-1")
    with pytest.raises(UnknownError):
        progress.share(AUTHOR, "ticket-1")


def test_work_that_fails_is_over_too() -> None:
    progress = Progress()
    with pytest.raises(ZeroDivisionError), progress.of(AUTHOR, "ticket-1"):
        _ = 1 / 0
    with pytest.raises(UnknownError):
        progress.share(AUTHOR, "ticket-1")


def test_nothing_is_remembered_without_a_ticket_and_never_more_than_the_bound() -> None:
    progress = Progress()
    with progress.of(AUTHOR, None) as told:
        told(0.5)
    with ExitStack() as under_way:
        for number in range(MOST + 1):
            under_way.enter_context(progress.of(AUTHOR, f"ticket-{number}"))
        with pytest.raises(UnknownError):
            progress.share(AUTHOR, "ticket-0")
        assert progress.share(AUTHOR, f"ticket-{MOST}").share == 0


class Watched(Progress):
    """Asks, each time something is told, what the sender would be answered."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[float] = []

    @contextmanager
    def of(self, actor: Actor, ticket: str | None) -> Iterator[Told]:
        with super().of(actor, ticket) as told:

            def telling(share: float) -> None:
                told(share)
                self.answers.append(self.share(actor, ticket or "").share)

            yield telling


def test_an_upload_with_a_ticket_is_told_of_while_it_is_levelled_and_not_afterwards(desk: Desk) -> None:
    watched = Watched()
    desk.app.state.deps = replace(desk.deps, progress=watched)
    answer = desk.ask("author", "POST", "/media?ticket=ticket-77", content=wav(2.0))
    assert answer.status_code == 201
    assert watched.answers == sorted(watched.answers)
    assert watched.answers[-1] == 1.0
    assert desk.get("/uploads/ticket-77", "author").status_code == 404
    assert desk.get("/uploads/x", "author").status_code == 422


def test_coding_is_told_while_it_goes_on_and_not_all_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    pcm = np.zeros(31 * 48_000, np.int16)
    for frame in link._frames(pcm, lambda share: order.append(f"{share:.2f}")):
        order.append(f"frame {frame.samples}")
    assert order == ["frame 480000", "0.32", "frame 480000", "0.65", "frame 480000", "0.97", "frame 48000", "1.00"]
    frames = link._frames
    taken: list[float] = []
    monkeypatch.setattr(link, "_frames", lambda *sound: (taken.append(1.0) or each for each in frames(*sound)))
    seen: list[tuple[int, float]] = []
    link.opus(wav_header(len(pcm)) + pcm.tobytes(), lambda share: seen.append((len(taken), round(share, 2))))
    assert seen == [(1, 0.23), (2, 0.45), (3, 0.68), (4, 0.7), (4, 1.0)], "a file that is only coded is not done"
