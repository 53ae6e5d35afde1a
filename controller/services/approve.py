"""One agency's word for one digest; the second one sends the message to the boards."""

from __future__ import annotations

from controller.domain import approvals
from controller.domain.content import State
from controller.domain.people import Actor, Right
from controller.services import plan
from controller.services.context import Deps
from controller.services.hear import check_heard
from controller.services.look import MessageView, view
from controller.store import content
from controller.store.audit import note


def approve_message(deps: Deps, actor: Actor, message: str, digest: str) -> MessageView:
    """Approve exactly what `digest` names; ConflictError if the message is no longer that."""
    actor.need(Right.APPROVE)
    with deps.store.write() as connection:
        now, stored = deps.now(), content.load(connection, message)
        after = approvals.approved(stored.standing, actor, digest, now)
        check_heard(connection, actor, stored.words.audio)
        given = after.approvals[-1]
        content.keep_approval(connection, message, after.version, given)
        content.save(connection, message, after, now)
        details = {"version": after.version, "digest": digest, "agency": given.agency}
        note(connection, now, actor.username, "message.approved", message, details)
        if after.state is State.APPROVED:
            plan.rebuild(deps, connection, actor.username, now)
        answer = view(deps, connection, content.load(connection, message))
    deps.notify()
    return answer
