"""Two agencies, one digest, never the author: whatever the order of deeds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from controller.domain import approvals
from controller.domain.approvals import Standing
from controller.domain.content import State
from controller.domain.people import Actor, Agency, Role
from controller.errors import ConflictError, ControllerError, ForbiddenError

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DIGEST = "a" * 64
OTHER = "b" * 64


def approver(name: str, agency: Agency = Agency.DEPARTMENT) -> Actor:
    return Actor(username=name, role=Role.APPROVER, agency=agency)


def offered(**changes: object) -> Standing:
    return approvals.submitted(Standing(author="lan", writers=frozenset({"lan"})), DIGEST).model_copy(update=changes)


@pytest.mark.parametrize("order", [(Agency.DEPARTMENT, Agency.BORDER_GUARD), (Agency.BORDER_GUARD, Agency.DEPARTMENT)])
def test_both_agencies_in_any_order_make_it_approved(order):
    first, second = (approver(agency.value, agency) for agency in order)
    one_side = approvals.approved(offered(), first, DIGEST, NOW)
    both = approvals.approved(one_side, second, DIGEST, NOW)
    assert (one_side.state, both.state) == (State.APPROVED_ONE_SIDE, State.APPROVED)


def test_an_author_who_became_an_approver_cannot_approve_the_own_message():
    with pytest.raises(ForbiddenError) as refused:
        approvals.approved(offered(), approver("lan"), DIGEST, NOW)
    assert refused.value.code == "approval.author"


def test_who_wrote_an_earlier_version_cannot_approve_a_later_one():
    standing = approvals.submitted(approvals.edited(offered(), "hoa"), DIGEST)
    with pytest.raises(ForbiddenError):
        approvals.approved(standing, approver("hoa"), DIGEST, NOW)


def test_the_same_person_cannot_speak_for_both_agencies():
    one_side = approvals.approved(offered(), approver("minh"), DIGEST, NOW)
    with pytest.raises(ConflictError) as refused:
        approvals.approved(one_side, approver("minh", Agency.BORDER_GUARD), DIGEST, NOW)
    assert refused.value.code == "approval.person"


def test_one_agency_speaks_once():
    one_side = approvals.approved(offered(), approver("minh"), DIGEST, NOW)
    with pytest.raises(ConflictError) as refused:
        approvals.approved(one_side, approver("nam"), DIGEST, NOW)
    assert refused.value.code == "approval.agency_done"


def test_an_approver_without_an_agency_speaks_for_nobody():
    with pytest.raises(ForbiddenError):
        approvals.approved(offered(), Actor(username="x", role=Role.APPROVER), DIGEST, NOW)


def test_an_operator_cannot_approve():
    with pytest.raises(ForbiddenError):
        approvals.approved(offered(), Actor(username="x", role=Role.OPERATOR), DIGEST, NOW)


PEOPLE = st.sampled_from(
    [
        approver("a1"),
        approver("a2"),
        approver("b1", Agency.BORDER_GUARD),
        approver("lan"),
        approver("lan", Agency.BORDER_GUARD),
    ]
)


class Message(RuleBasedStateMachine):
    """One message, and a plain account beside it of who has agreed to what it says now."""

    def __init__(self) -> None:
        super().__init__()
        self.standing = Standing(author="lan", writers=frozenset({"lan"}))
        self.agreed: dict[Agency, str] = {}
        self.withdrawn = False

    @rule(digest=st.sampled_from([DIGEST, OTHER]))
    def submit(self, digest: str) -> None:
        try:
            self.standing = approvals.submitted(self.standing, digest)
        except ControllerError:
            return
        self.agreed = {}

    @rule(person=PEOPLE, digest=st.sampled_from([DIGEST, OTHER]))
    def approve(self, person: Actor, digest: str) -> None:
        before = self.standing
        try:
            self.standing = approvals.approved(before, person, digest, NOW)
        except ControllerError:
            assert self.standing is before
            return
        assert person.agency is not None
        assert person.username != "lan"
        assert digest == before.digest
        assert person.username not in self.agreed.values()
        self.agreed[person.agency] = person.username

    @rule(writer=st.sampled_from(["lan", "a1"]))
    def edit(self, writer: str) -> None:
        try:
            self.standing = approvals.edited(self.standing, writer)
        except ConflictError:
            assert self.withdrawn
            return
        self.agreed = {}

    @rule(person=PEOPLE)
    def withdraw(self, person: Actor) -> None:
        try:
            self.standing = approvals.withdrawn(self.standing, person)
        except ConflictError:
            assert self.withdrawn
        self.withdrawn = True

    @invariant()
    def approved_means_both_agreed_to_this(self) -> None:
        assert (self.standing.state is State.APPROVED) == (len(self.agreed) == 2 and not self.withdrawn)

    @invariant()
    def withdrawn_stays_withdrawn(self) -> None:
        assert (self.standing.state is State.WITHDRAWN) == self.withdrawn


TestMessage = Message.TestCase
TestMessage.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
