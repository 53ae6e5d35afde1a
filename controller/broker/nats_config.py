"""The config of the embedded broker, as text; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from controller.broker.users import BrokerUser

# nats-server 2.15 caps an account at 1,000 consumers unless told otherwise, and each lasting QoS 1 subscription is one:
# the 1,001st would be refused while its client believes to be connected.
MAX_CONSUMERS = 200_000
# How long a QoS 1 message goes unconfirmed before it is sent again. 30 s unless told: a plan or an alert whose first copy
# fell into a dying link would be half a minute late. We confirm as a message is taken up, within milliseconds; a copy does no harm.
ACK_WAIT = "4s"
# `sync_interval: always` puts a message on disk before it is confirmed: with the default of two minutes a power cut loses them.
_HEAD = """\
# Written by gatecast-controller; changes are overwritten.
server_name: gatecast
listen: "127.0.0.1:-1"
log_file: {log}
log_size_limit: 1000000
logfile_max_num: 3
max_payload: 4MB
jetstream {{ store_dir: {store}, sync_interval: always, max_memory_store: 64MB, max_file_store: 4GB }}
mqtt {{ listen: "127.0.0.1:{port}", ack_wait: "{ack_wait}", max_ack_pending: 1000 }}
accounts {{
  GATECAST {{
    jetstream: {{ max_consumers: {consumers} }}
    users: [
{users}
    ]
  }}
}}
"""


def nats_config(users: Iterable[BrokerUser], *, port: int, store: Path, log: Path) -> str:
    """MQTT on 127.0.0.1:`port` for exactly these users; everything it keeps lies under `store`."""
    return _HEAD.format(
        log=_quoted(str(log)), store=_quoted(str(store)), port=port, consumers=MAX_CONSUMERS,
        ack_wait=ACK_WAIT,
        users="\n".join(_user(user) for user in users),
    )  # fmt: skip


def subject(topic: str) -> str:
    """An MQTT filter in the broker's own spelling: dots for slashes, `*` for `+`, `>` for `#`."""
    if "." in topic:
        raise ValueError(f'a topic with a dot has another meaning to this broker: "{topic}"')
    return topic.replace("/", ".").replace("+", "*").replace("#", ">")


def _user(user: BrokerUser) -> str:
    publish = ", ".join(_quoted(subject(topic)) for topic in user.publish)
    # Lasting subscriptions are delivered through subjects of the broker's own under $MQTT.sub.
    subscribe = ", ".join([*(_quoted(subject(topic)) for topic in user.subscribe), '"$MQTT.sub.>"'])
    return (
        f'      {{ user: {_quoted(user.name)}, password: {_quoted(user.password)}, allowed_connection_types: ["MQTT"],\n'
        f"        permissions: {{ publish: {{ allow: [{publish}] }}, subscribe: {{ allow: [{subscribe}] }} }} }}"
    )


def _quoted(text: str) -> str:
    return json.dumps(text)
