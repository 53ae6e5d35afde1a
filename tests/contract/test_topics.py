"""The topic tree is built and read in one place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.contract import topics

IDS = st.from_regex(r"[a-z0-9_-]{1,32}", fullmatch=True)


@given(gate=IDS, name=IDS)
def test_a_topic_that_was_built_reads_back(gate, name):
    assert topics.read_topic(topics.plan_topic(f"{gate}/{name}")) == topics.Topic(gate, name, "plan")
    assert topics.read_topic(topics.status_topic(f"{gate}/{name}")) == topics.Topic(gate, name, "status")
    assert topics.read_topic(topics.alert_topic(gate, name)) == topics.Topic(gate, name, "alert")
    assert topics.read_topic(topics.agent_topic(gate, name, "records")).leaf == "records"


@pytest.mark.parametrize("bad", ["", "Chi-Ma", "a b", "a" * 33, "+", "#", "a/b", "đ", "a.b"])
def test_what_is_no_id_never_becomes_a_topic(bad):
    with pytest.raises(ValueError, match="not an id"):
        topics.alert_topic(bad, "a1")


@pytest.mark.parametrize(
    "topic", ["", "gatecast/v2/a/b/plan", "gatecast/v1/a/b", "gatecast/v1/a/b/c/d", "gatecast/v1/A/b/plan", "x"]
)
def test_a_foreign_topic_is_not_read(topic):
    assert topics.read_topic(topic) is None


def test_an_agent_may_speak_only_in_its_own_branch():
    publish, subscribe = topics.agent_rights("chi-ma", "agent", ("board-1",))
    assert all(topic.startswith("gatecast/v1/chi-ma/") for topic in publish)
    assert not any(topic.endswith(("/plan", "/command", "/ack")) or "/alert/" in topic for topic in publish)
    assert "gatecast/v1/chi-ma/board-1/plan" in subscribe
    assert "gatecast/v1/all/alert/+" in subscribe
    assert not any("huu-nghi" in topic for topic in subscribe)


def test_an_unknown_leaf_is_refused():
    with pytest.raises(ValueError, match="no topic shell"):
        topics.agent_topic("chi-ma", "agent", "shell")
