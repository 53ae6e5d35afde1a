"""Take a message back, at once and for good."""

from __future__ import annotations

from controller.domain import approvals
from controller.domain.people import Actor, Right
from controller.services import plan
from controller.services.alert import end_alerts_of
from controller.services.context import Deps
from controller.services.look import MessageView, view
from controller.store import content
from controller.store.audit import note


def withdraw_message(deps: Deps, actor: Actor, message: str) -> MessageView:
    """No plan holds it any more, and alerts that show it end."""
    actor.need(Right.WITHDRAW)
    with deps.store.write() as connection:
        now, stored = deps.now(), content.load(connection, message)
        after = approvals.withdrawn(stored.standing, actor)
        content.save(connection, message, after, now)
        details = {"version": after.version, "was": stored.standing.state}
        note(connection, now, actor.username, "message.withdrawn", message, details)
        plan.rebuild(deps, connection, actor.username, now)
        end_alerts_of(deps, connection, message, actor.username, now)
        answer = view(deps, connection, content.load(connection, message))
    deps.notify()
    return answer
