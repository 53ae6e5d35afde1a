"""What can go wrong in a deed, and whose fault it is. `code` is stable and goes to programs; the text goes to people.

ControllerError
├── UnknownError      the asker names what does not exist
├── InvalidError      the asker's words cannot be accepted; `problems` says where and why
├── ConflictError     the words were right once: the state has moved on
├── SignInError       nobody is signed in, or the session is over
├── ForbiddenError    somebody is, without the right for this deed
├── ThrottledError    too many tries; `wait` says how many seconds
└── UnfitError        our own side: the database, the disk or the key cannot be used
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where: a JSON pointer into the request, or "" for the whole."""

    pointer: str
    code: str
    text: str


class ControllerError(Exception):
    """Root of all refusals."""

    def __init__(self, code: str, text: str) -> None:
        """`code` is stable; `text` is one sentence."""
        super().__init__(text)
        self.code = code
        self.text = text


class UnknownError(ControllerError):
    """There is no such thing."""

    def __init__(self, what: str, name: str) -> None:
        """`what` is the kind of thing, one word; `name` the one that was asked for."""
        super().__init__(f"{what}.unknown", f'there is no {what} "{name[:80]}"')


class InvalidError(ControllerError):
    """The words cannot be accepted; nothing was changed."""

    def __init__(self, code: str, text: str, problems: tuple[Problem, ...] = ()) -> None:
        """`problems` in the order of the request."""
        super().__init__(code, text)
        self.problems = problems


class ConflictError(ControllerError):
    """The state does not allow it, or no longer."""


class SignInError(ControllerError):
    """Sign in first."""


class ForbiddenError(ControllerError):
    """This person has no right to this deed."""


class ThrottledError(ControllerError):
    """Too many tries."""

    def __init__(self, wait: int) -> None:
        """`wait` in whole seconds."""
        super().__init__("login.throttled", f"too many failed sign-ins; try again in {wait} s")
        self.wait = wait


class UnfitError(ControllerError):
    """The controller itself cannot work here."""
