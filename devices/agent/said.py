"""The name under which a sound is said once and for all: what, where, and for which due instant. Pure.

Not which rule or revision wanted it: the same plan delivered thrice, or a schedule made anew under another id, says nothing twice.
"""

from __future__ import annotations

from datetime import timedelta

from devices.contract.messages import PlayRecord

LONGEST_LATE = timedelta(days=1)  # the most an item's `max_late` may be
LONGEST_STACK = timedelta(hours=4)  # the most a rule's `stack_for` may be
KEEP_SAID = LONGEST_LATE + LONGEST_STACK + timedelta(days=1)  # nothing is begun so late, so nothing older need be known

Said = tuple[str, str, str, float]


def said_key(draft: PlayRecord) -> Said:
    """(device, zones, recording and attempt, due instant)."""
    again = f"#{draft.attempt}" if draft.attempt > 1 else ""
    zones = "+".join(sorted(draft.zones)) or "*"
    return draft.device, zones, draft.content.sha256 + again, draft.due.timestamp()


def said_by_rule(draft: PlayRecord) -> Said:
    """The same as release 0.1 wrote it down, with the rule in place of the zones."""
    device, _, content, due = said_key(draft)
    return device, draft.source, content, due
