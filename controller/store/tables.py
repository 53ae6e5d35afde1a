"""The tables. Times are aware UTC instants; lists and maps that are never searched inside are JSON."""

from __future__ import annotations

import sqlalchemy as sa

from controller.store.instant import Instant as Instant

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = sa.MetaData(naming_convention=NAMING)


_ID = sa.String(32)
_DEVICE = sa.String(65)
_HASH = sa.String(64)
# SQLite numbers rows by itself only for INTEGER PRIMARY KEY; elsewhere 64 bits are wanted.
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# People -----------------------------------------------------------------------------------------

users = sa.Table(
    "users",
    metadata,
    sa.Column("username", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("agency", sa.String(20)),
    sa.Column("password_hash", sa.String(300), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", _HASH, primary_key=True),
    sa.Column("username", sa.ForeignKey("users.username"), nullable=False, index=True),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("client", sa.String(200), nullable=False),
)
throttles = sa.Table(
    "throttles",
    metadata,
    sa.Column("key", _HASH, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("until", Instant, nullable=False),
)

# Gates and what stands there ----------------------------------------------------------------------

gates = sa.Table(
    "gates",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("names", sa.JSON, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("latitude", sa.Float, nullable=False, server_default="21.85"),
    sa.Column("longitude", sa.Float, nullable=False, server_default="106.76"),
    sa.Column("kinds", sa.JSON, nullable=False, server_default="[]"),  # [{first, kind}]: what it is in law
)
devices = sa.Table(
    "devices",
    metadata,
    sa.Column("id", _DEVICE, primary_key=True),  # "gate/device"
    sa.Column("gate", sa.ForeignKey("gates.id"), nullable=False, index=True),
    sa.Column("kind", sa.String(10), nullable=False),  # board | speaker
    sa.Column("shape", sa.String(20)),  # of a board: "192x64:rg"
    sa.Column("agent", _ID, nullable=False),
    sa.Column("names", sa.JSON, nullable=False),
    sa.Column("zones", sa.JSON, nullable=False),  # of a speaker: ids of its public zones
    sa.Column("zone_names", sa.JSON, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),  # False: no longer in the gates file
    sa.Column("areas", sa.JSON, nullable=False, server_default="[]"),  # of a board: [{id, left, top, width, height}]
    sa.Column("groups", sa.JSON, nullable=False, server_default="{}"),  # of a speaker: group -> its zones here
    sa.Column("readers", sa.JSON(none_as_null=True)),  # of a board: who reads it, if the gates file says
    sa.Column("driver", sa.String(64)),  # of a board: what its agent drives it with, if the gates file says
)
agents = sa.Table(
    "agents",
    metadata,
    sa.Column("gate", _ID, primary_key=True),
    sa.Column("agent", _ID, primary_key=True),
    sa.Column("token_hash", _HASH, unique=True),  # of its Bearer token; None until enrolled
    sa.Column("enrolled_at", Instant),
    sa.Column("online", sa.Boolean, nullable=False),
    sa.Column("boot", _ID),
    sa.Column("version", sa.String(40), nullable=False),
    sa.Column("seen_at", Instant),
)
enrolments = sa.Table(
    "enrolments",
    metadata,
    sa.Column("code_hash", _HASH, primary_key=True),
    sa.Column("gate", _ID, nullable=False),
    sa.Column("agent", _ID, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("used_at", Instant),
    sa.Column("made_by", sa.String(64), nullable=False),
)

# Content ------------------------------------------------------------------------------------------

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),  # the newest
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("author", sa.ForeignKey("users.username"), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
)
versions = sa.Table(
    "versions",
    metadata,
    sa.Column("message", sa.ForeignKey("messages.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("category", sa.String(20), nullable=False),
    sa.Column("texts", sa.JSON, nullable=False),
    sa.Column("audio", sa.JSON, nullable=False),  # language -> sha256
    sa.Column("visuals", sa.JSON, nullable=False, server_default="{}"),  # picture and video, as chosen
    sa.Column("author", sa.ForeignKey("users.username"), nullable=False),  # who wrote this version
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("digest", _HASH),  # of the submitted whole; None while a draft
    sa.Column("submitted_at", Instant),
)
renderings = sa.Table(
    "renderings",
    metadata,
    sa.Column("message", _ID, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("language", sa.String(12), primary_key=True),
    sa.Column("shape", sa.String(20), primary_key=True),
    sa.Column("sha256", sa.ForeignKey("media.sha256"), nullable=False),
    sa.ForeignKeyConstraint(["message", "version"], ["versions.message", "versions.version"]),
)
approvals = sa.Table(
    "approvals",
    metadata,
    sa.Column("message", _ID, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("agency", sa.String(20), primary_key=True),
    sa.Column("digest", _HASH, nullable=False),
    sa.Column("by", sa.ForeignKey("users.username"), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.ForeignKeyConstraint(["message", "version"], ["versions.message", "versions.version"]),
)
media = sa.Table(
    "media",
    metadata,
    sa.Column("sha256", _HASH, primary_key=True),
    sa.Column("kind", sa.String(10), nullable=False),  # pages | audio | video | picture | footage
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)
visuals = sa.Table(
    "visuals",
    metadata,
    sa.Column("sha256", sa.ForeignKey("media.sha256"), primary_key=True),
    sa.Column("kind", sa.String(10), nullable=False),  # picture | video
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)
transcodes = sa.Table(  # a video as the walls of one size play it
    "transcodes",
    metadata,
    sa.Column("source", sa.ForeignKey("media.sha256"), primary_key=True),
    sa.Column("shape", sa.String(20), primary_key=True),
    sa.Column("fit", sa.String(10), primary_key=True),
    sa.Column("sha256", sa.ForeignKey("media.sha256"), nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)
recordings = sa.Table(
    "recordings",
    metadata,
    sa.Column("sha256", sa.ForeignKey("media.sha256"), primary_key=True),  # as it is played
    sa.Column("master", _HASH, nullable=False),
    sa.Column("samples", sa.BigInteger, nullable=False),
    sa.Column("lufs_before", sa.Float, nullable=False),
    sa.Column("lufs", sa.Float, nullable=False),
    sa.Column("true_peak", sa.Float, nullable=False),
    sa.Column("findings", sa.JSON, nullable=False),
    sa.Column("waveform", sa.JSON, nullable=False),
    sa.Column("voice", sa.String(200)),  # of a machine; None: a person
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("key", _HASH, index=True),  # of the request a machine's voice answered
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)
hearings = sa.Table(
    "hearings",
    metadata,
    sa.Column("sha256", sa.ForeignKey("recordings.sha256"), primary_key=True),
    sa.Column("username", sa.ForeignKey("users.username"), primary_key=True),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),  # the end was reached
)
lexicon = sa.Table(
    "lexicon",
    metadata,
    sa.Column("gate", sa.ForeignKey("gates.id"), primary_key=True),
    sa.Column("language", sa.String(12), primary_key=True),
    sa.Column("spelling", sa.String(100), primary_key=True),
    sa.Column("said", sa.String(200), nullable=False),
)
recorded_words = sa.Table(
    "recorded_words",
    metadata,
    sa.Column("language", sa.String(12), primary_key=True),
    sa.Column("word", sa.String(50), primary_key=True),
    sa.Column("sha256", sa.ForeignKey("recordings.sha256"), nullable=False),
)
phrases = sa.Table(
    "phrases",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("language", sa.String(12), nullable=False),
    sa.Column("parts", sa.JSON, nullable=False),  # [{recording} | {slot, kind}]
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)
playlists = sa.Table(
    "playlists",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("items", sa.JSON, nullable=False),  # [{message, seconds?, starts?, until?, tags?}]
    sa.Column("sound", sa.JSON, nullable=False, server_default="{}"),  # {chime, repeats, end_tone}
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("includes", sa.JSON, nullable=False, server_default="[]"),  # ids of playlists
    sa.Column("shuffle", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("deleted_at", Instant),
)
schedules = sa.Table(
    "schedules",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("playlist", sa.ForeignKey("playlists.id"), nullable=False),
    sa.Column("targets", sa.JSON, nullable=False),
    sa.Column("priority", sa.String(10), nullable=False),
    sa.Column("weekdays", sa.JSON, nullable=False),
    sa.Column("windows", sa.JSON, nullable=False),  # [["07:00", "17:00"]]
    sa.Column("starts", Instant),
    sa.Column("ends", Instant),
    sa.Column("every", sa.Integer),
    sa.Column("zones", sa.JSON, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("deleted_at", Instant),
    sa.Column("terms", sa.JSON, nullable=False, server_default="{}"),  # controller.domain.plans.Terms
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
)
calendars = sa.Table(
    "calendars",
    metadata,
    sa.Column("kind", sa.String(10), primary_key=True),  # controller.domain.calendars.Kind
    sa.Column("id", _ID, primary_key=True),
    sa.Column("targets", sa.JSON, nullable=False),  # ["all", "chi-ma/*", "chi-ma/board-1"]
    sa.Column("fact", sa.JSON, nullable=False),
    sa.Column("confirmed", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
)
suspensions = sa.Table(
    "suspensions",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("gate", _ID, nullable=False),
    sa.Column("fact", sa.JSON, nullable=False),  # schedules.suspension.Suspension
    sa.Column("hours", sa.JSON, nullable=False),  # ids of opening hours it closes
    sa.Column("playlist", _ID),  # the notice
    sa.Column("targets", sa.JSON, nullable=False),
    sa.Column("until", Instant, nullable=False, index=True),
    sa.Column("lifted_at", Instant),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
)

figures = sa.Table(
    "figures",
    metadata,
    sa.Column("gate", sa.ForeignKey("gates.id"), primary_key=True),
    sa.Column("name", _ID, primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
)

# What goes out ------------------------------------------------------------------------------------

plans = sa.Table(
    "plans",
    metadata,
    sa.Column("device", sa.ForeignKey("devices.id"), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("fingerprint", _HASH, nullable=False),  # of all but revision and issue time
    sa.Column("plan", sa.LargeBinary, nullable=False),  # JSON of schedules.model.Plan
    sa.Column("issued_at", Instant, nullable=False),
)
alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),  # active | ended
    sa.Column("until", Instant, nullable=False, index=True),
    sa.Column("body", sa.LargeBinary, nullable=False),  # JSON of AlertMessage, without blobs
    sa.Column("texts", sa.JSON, nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),  # topic scopes: ["all"] or gate ids
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("ended_by", sa.String(64)),
    sa.Column("cleared_at", Instant),  # the retained copy was emptied
)
alert_devices = sa.Table(
    "alert_devices",
    metadata,
    sa.Column("alert", sa.ForeignKey("alerts.id"), primary_key=True),
    sa.Column("device", sa.ForeignKey("devices.id"), primary_key=True),
    sa.Column("sent_at", Instant),
    sa.Column("confirmed_revision", sa.Integer),
    sa.Column("confirmed_at", Instant),
)
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
    sa.Column("topic", sa.String(150), nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("qos", sa.Integer, nullable=False),
    sa.Column("retain", sa.Boolean, nullable=False),
    sa.Column("alert", _ID),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("sent_at", Instant),
    sa.Index("ix_outbox_unsent", "sent_at", "id"),
    sqlite_autoincrement=True,
)

# What comes back ----------------------------------------------------------------------------------

statuses = sa.Table(
    "statuses",
    metadata,
    sa.Column("device", sa.ForeignKey("devices.id"), primary_key=True),
    sa.Column("boot", _ID, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("status", sa.LargeBinary, nullable=False),  # JSON of Status
)
faults = sa.Table(
    "faults",
    metadata,
    sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
    sa.Column("device", sa.ForeignKey("devices.id"), nullable=False),
    sa.Column("code", sa.String(40), nullable=False),
    sa.Column("text", sa.String(500), nullable=False),
    sa.Column("first_seen", Instant, nullable=False),
    sa.Column("last_seen", Instant, nullable=False),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("acknowledged_at", Instant),
    sa.Column("acknowledged_by", sa.String(64)),
    sa.Column("cleared_at", Instant, index=True),
    sa.Index("ix_faults_standing", "device", "code", "cleared_at"),
    sqlite_autoincrement=True,
)
records = sa.Table(
    "records",
    metadata,
    sa.Column("device", _DEVICE, primary_key=True),
    sa.Column("boot", _ID, primary_key=True),
    sa.Column("sequence", sa.BigInteger, primary_key=True),
    sa.Column("cause", sa.String(10), nullable=False),
    sa.Column("source", sa.String(64), nullable=False),
    sa.Column("message", _ID, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("digest", _HASH, nullable=False),
    sa.Column("content", _HASH, nullable=False),
    sa.Column("language", sa.String(12), nullable=False),
    sa.Column("due", Instant, nullable=False),
    sa.Column("started", Instant),
    sa.Column("ended", Instant),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("outcome", sa.String(12), nullable=False),
    sa.Column("evidence", sa.String(12)),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("zones", sa.JSON, nullable=False),
    sa.Column("start_error", sa.Float),
    sa.Column("offset", sa.Float, nullable=False, server_default="0"),
    sa.Column("attempt", sa.BigInteger, nullable=False, server_default="1"),
    sa.Column("clock_trusted", sa.Boolean, nullable=False),
    sa.Column("drill", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("changes", sa.JSON, nullable=False, server_default="[]"),  # of its zones, in order
    sa.Column("received_at", Instant, nullable=False),
    sa.Index("ix_records_device_due", "device", "due"),
    sa.Index("ix_records_due", "due"),
)
rejected_records = sa.Table(
    "rejected_records",
    metadata,
    sa.Column("fingerprint", _HASH, primary_key=True),  # of gate, agent and the record's bytes: kept once
    sa.Column("gate", _ID, nullable=False),
    sa.Column("agent", _ID, nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
)
replies = sa.Table(
    "replies",
    metadata,
    sa.Column("gate", _ID, primary_key=True),
    sa.Column("agent", _ID, primary_key=True),
    sa.Column("command", _ID, primary_key=True),
    sa.Column("outcome", sa.String(12), nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("received_at", Instant, nullable=False),
)
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 ... without a gap
    sa.Column("at", Instant, nullable=False),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("what", sa.String(60), nullable=False),
    sa.Column("subject", sa.String(100), nullable=False),
    sa.Column("details", sa.JSON, nullable=False),
    sa.Column("previous", _HASH, nullable=False),
    sa.Column("hash", _HASH, nullable=False),
)
