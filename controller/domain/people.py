"""Who may do what: the one table of roles and rights."""

from __future__ import annotations

from enum import StrEnum

from controller.errors import ForbiddenError
from schedules.model import Fact


class Agency(StrEnum):
    """The two sides that must both agree."""

    DEPARTMENT = "department"
    BORDER_GUARD = "border_guard"


class Role(StrEnum):
    """What a person is here for, or a machine."""

    AUTHOR = "author"
    APPROVER = "approver"
    OPERATOR = "operator"
    TECHNICIAN = "technician"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    FEED = (
        "feed"  # the digital gate's own account: its password, stolen, can bring wrong numbers and change nothing else
    )


class Right(StrEnum):
    """One thing a person may do."""

    READ = "read"  # messages, playlists, devices, what is on air
    WRITE = "write"  # messages
    MEDIA = "media"  # bring sound files
    SUBMIT = "submit"
    APPROVE = "approve"
    WITHDRAW = "withdraw"  # an author only what is his own
    PLAYLIST = "playlist"
    SCHEDULE = "schedule"
    CALENDAR = "calendar"  # holidays, opening hours, mourning, quiet hours
    ALERT = "alert"
    RECORDS = "records"  # what was shown
    AUDIT = "audit"  # who did what
    ENROL = "enrol"  # let agents in
    ACKNOWLEDGE = "acknowledge"  # faults
    FIGURES = "figures"  # live numbers from the digital gate


_EVERYONE = {Right.READ, Right.RECORDS}
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.AUTHOR: frozenset(
        _EVERYONE | {Right.WRITE, Right.MEDIA, Right.SUBMIT, Right.WITHDRAW, Right.PLAYLIST},
    ),
    Role.APPROVER: frozenset(_EVERYONE | {Right.APPROVE, Right.WITHDRAW}),
    Role.OPERATOR: frozenset(
        _EVERYONE
        | {Right.MEDIA, Right.PLAYLIST, Right.SCHEDULE, Right.CALENDAR, Right.WITHDRAW, Right.ALERT}
        | {Right.ACKNOWLEDGE, Right.FIGURES},
    ),
    Role.TECHNICIAN: frozenset(_EVERYONE | {Right.ENROL, Right.ACKNOWLEDGE}),
    Role.AUDITOR: frozenset(_EVERYONE | {Right.AUDIT}),
    Role.ADMINISTRATOR: frozenset(_EVERYONE | {Right.AUDIT, Right.ENROL}),
    Role.FEED: frozenset({Right.READ, Right.FIGURES}),
}


class Actor(Fact):
    """Somebody doing a deed."""

    username: str
    role: Role
    agency: Agency | None = None
    name: str = ""

    def may(self, right: Right) -> bool:
        """Whether the role has the right."""
        return right in RIGHTS[self.role]

    def need(self, right: Right) -> None:
        """ForbiddenError unless the role has the right."""
        if not self.may(right):
            raise ForbiddenError("right.missing", f'the role "{self.role}" has no right to {right.value}')


def roles_with(right: Right) -> tuple[Role, ...]:
    """The roles that have a right, in the order of the table."""
    return tuple(role for role, rights in RIGHTS.items() if right in rights)
