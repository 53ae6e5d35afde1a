"""Files for a mosquitto that stands beside or apart: config, access list, passwords; pure but for the salt given."""

from __future__ import annotations

import base64
import getpass
import hashlib
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path

from controller.broker.files import write_secret, write_whole
from controller.broker.users import BrokerUser

ITERATIONS = 101  # mosquitto's own; the passwords are random, so stretching adds nothing
# Why each: no delay on the wire (83 ms a round trip otherwise), everything retained or queued is on disk within a second,
# a session's name is its user's so that nobody takes over another's, and bounded queues.
_CONF = """\
# Written by gatecast-controller mosquitto-config. Run it again after a change of the gates file and after an agent
# enrolled a second time, then send mosquitto a SIGHUP.
user {owner}
per_listener_settings false
listener {port} {host}
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
use_username_as_clientid true
set_tcp_nodelay true
persistence true
persistence_location {store}/
autosave_interval 1
autosave_on_changes true
max_inflight_messages 100
max_queued_messages 10000
max_packet_size 4500000
persistent_client_expiration 30d
log_dest stderr
log_type error
log_type warning
log_type notice
"""


def write_mosquitto_files(
    folder: Path, users: Iterable[BrokerUser], *, port: int = 1883, host: str = "127.0.0.1", owner: str = ""
) -> None:
    """Write `mosquitto.conf`, `acl` and `passwords` (mode 0600) into `folder`, and make its `store`.

    `owner` is the account mosquitto will run as; the files become its own. By default it is whoever runs this.
    """
    known, folder = tuple(users), folder.resolve()
    account = owner or getpass.getuser()
    (folder / "store").mkdir(parents=True, exist_ok=True)
    write_whole(folder / "mosquitto.conf", mosquitto_conf(folder, port=port, host=host, owner=account).encode())
    write_secret(folder / "acl", access_list(known).encode())
    write_secret(folder / "passwords", "".join(password_line(user) for user in known).encode())
    if owner:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, owner)


def mosquitto_conf(folder: Path, *, port: int, host: str, owner: str) -> str:
    """The config proper; the other two files lie in `folder`."""
    return _CONF.format(port=port, host=host, folder=folder, store=folder / "store", owner=owner)


def access_list(users: Iterable[BrokerUser]) -> str:
    """What each user may write and read; what is not named is refused."""
    blocks = []
    for user in users:
        lines = [f"user {user.name}"]
        lines += [f"topic write {topic}" for topic in user.publish]
        lines += [f"topic read {topic}" for topic in user.subscribe]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def password_line(user: BrokerUser, salt: bytes | None = None) -> str:
    """One line of the password file, in the `$7$` form of mosquitto_passwd: PBKDF2 over SHA-512."""
    salt = salt or secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", user.password.encode(), salt, ITERATIONS)
    return f"{user.name}:$7${ITERATIONS}${_b64(salt)}${_b64(digest)}\n"


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
