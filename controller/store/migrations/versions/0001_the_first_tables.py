"""The first tables."""

import sqlalchemy as sa
from alembic import op

import controller.store.tables as tables

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('agents',
    sa.Column('gate', sa.String(length=32), nullable=False),
    sa.Column('agent', sa.String(length=32), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=True),
    sa.Column('enrolled_at', tables.Instant(), nullable=True),
    sa.Column('online', sa.Boolean(), nullable=False),
    sa.Column('boot', sa.String(length=32), nullable=True),
    sa.Column('version', sa.String(length=40), nullable=False),
    sa.Column('seen_at', tables.Instant(), nullable=True),
    sa.PrimaryKeyConstraint('gate', 'agent', name=op.f('pk_agents')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_agents_token_hash'))
    )
    op.create_table('alerts',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('until', tables.Instant(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('texts', sa.JSON(), nullable=False),
    sa.Column('scopes', sa.JSON(), nullable=False),
    sa.Column('created_at', tables.Instant(), nullable=False),
    sa.Column('by', sa.String(length=64), nullable=False),
    sa.Column('ended_at', tables.Instant(), nullable=True),
    sa.Column('ended_by', sa.String(length=64), nullable=True),
    sa.Column('cleared_at', tables.Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alerts'))
    )
    with op.batch_alter_table('alerts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_alerts_until'), ['until'], unique=False)

    op.create_table('audit',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', tables.Instant(), nullable=False),
    sa.Column('who', sa.String(length=64), nullable=False),
    sa.Column('what', sa.String(length=60), nullable=False),
    sa.Column('subject', sa.String(length=100), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    op.create_table('enrolments',
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('gate', sa.String(length=32), nullable=False),
    sa.Column('agent', sa.String(length=32), nullable=False),
    sa.Column('expires_at', tables.Instant(), nullable=False),
    sa.Column('used_at', tables.Instant(), nullable=True),
    sa.Column('made_by', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('code_hash', name=op.f('pk_enrolments'))
    )
    op.create_table('gates',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gates'))
    )
    op.create_table('media',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('seconds', sa.Float(), nullable=False),
    sa.Column('created_at', tables.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_media'))
    )
    op.create_table('outbox',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('topic', sa.String(length=150), nullable=False),
    sa.Column('payload', sa.LargeBinary(), nullable=False),
    sa.Column('qos', sa.Integer(), nullable=False),
    sa.Column('retain', sa.Boolean(), nullable=False),
    sa.Column('alert', sa.String(length=32), nullable=True),
    sa.Column('created_at', tables.Instant(), nullable=False),
    sa.Column('sent_at', tables.Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_unsent', ['sent_at', 'id'], unique=False)

    op.create_table('playlists',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('items', sa.JSON(), nullable=False),
    sa.Column('created_at', tables.Instant(), nullable=False),
    sa.Column('by', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_playlists'))
    )
    op.create_table('records',
    sa.Column('device', sa.String(length=65), nullable=False),
    sa.Column('boot', sa.String(length=32), nullable=False),
    sa.Column('sequence', sa.BigInteger(), nullable=False),
    sa.Column('cause', sa.String(length=10), nullable=False),
    sa.Column('source', sa.String(length=64), nullable=False),
    sa.Column('message', sa.String(length=32), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('content', sa.String(length=64), nullable=False),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('due', tables.Instant(), nullable=False),
    sa.Column('started', tables.Instant(), nullable=True),
    sa.Column('ended', tables.Instant(), nullable=True),
    sa.Column('seconds', sa.Float(), nullable=False),
    sa.Column('outcome', sa.String(length=12), nullable=False),
    sa.Column('evidence', sa.String(length=12), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('zones', sa.JSON(), nullable=False),
    sa.Column('start_error', sa.Float(), nullable=True),
    sa.Column('clock_trusted', sa.Boolean(), nullable=False),
    sa.Column('received_at', tables.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('device', 'boot', 'sequence', name=op.f('pk_records'))
    )
    with op.batch_alter_table('records', schema=None) as batch_op:
        batch_op.create_index('ix_records_device_due', ['device', 'due'], unique=False)
        batch_op.create_index('ix_records_due', ['due'], unique=False)

    op.create_table('rejected_records',
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('gate', sa.String(length=32), nullable=False),
    sa.Column('agent', sa.String(length=32), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('payload', sa.LargeBinary(), nullable=False),
    sa.Column('received_at', tables.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('fingerprint', name=op.f('pk_rejected_records'))
    )
    op.create_table('replies',
    sa.Column('gate', sa.String(length=32), nullable=False),
    sa.Column('agent', sa.String(length=32), nullable=False),
    sa.Column('command', sa.String(length=32), nullable=False),
    sa.Column('outcome', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('received_at', tables.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('gate', 'agent', 'command', name=op.f('pk_replies'))
    )
    op.create_table('throttles',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('until', tables.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_throttles'))
    )
    op.create_table('users',
    sa.Column('username', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('agency', sa.String(length=20), nullable=True),
    sa.Column('password_hash', sa.String(length=300), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('created_at', tables.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('username', name=op.f('pk_users'))
    )
    op.create_table('devices',
    sa.Column('id', sa.String(length=65), nullable=False),
    sa.Column('gate', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('shape', sa.String(length=20), nullable=True),
    sa.Column('agent', sa.String(length=32), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('zones', sa.JSON(), nullable=False),
    sa.Column('zone_names', sa.JSON(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['gate'], ['gates.id'], name=op.f('fk_devices_gate_gates')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_devices'))
    )
    with op.batch_alter_table('devices', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_devices_gate'), ['gate'], unique=False)

    op.create_table('messages',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('author', sa.String(length=64), nullable=False),
    sa.Column('created_at', tables.Instant(), nullable=False),
    sa.Column('changed_at', tables.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['author'], ['users.username'], name=op.f('fk_messages_author_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messages'))
    )
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_messages_state'), ['state'], unique=False)

    op.create_table('schedules',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('playlist', sa.String(length=32), nullable=False),
    sa.Column('targets', sa.JSON(), nullable=False),
    sa.Column('priority', sa.String(length=10), nullable=False),
    sa.Column('weekdays', sa.JSON(), nullable=False),
    sa.Column('windows', sa.JSON(), nullable=False),
    sa.Column('starts', tables.Instant(), nullable=True),
    sa.Column('ends', tables.Instant(), nullable=True),
    sa.Column('every', sa.Integer(), nullable=True),
    sa.Column('zones', sa.JSON(), nullable=False),
    sa.Column('created_at', tables.Instant(), nullable=False),
    sa.Column('by', sa.String(length=64), nullable=False),
    sa.Column('deleted_at', tables.Instant(), nullable=True),
    sa.ForeignKeyConstraint(['playlist'], ['playlists.id'], name=op.f('fk_schedules_playlist_playlists')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schedules'))
    )
    op.create_table('sessions',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('username', sa.String(length=64), nullable=False),
    sa.Column('created_at', tables.Instant(), nullable=False),
    sa.Column('seen_at', tables.Instant(), nullable=False),
    sa.Column('client', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['username'], ['users.username'], name=op.f('fk_sessions_username_users')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_sessions'))
    )
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sessions_username'), ['username'], unique=False)

    op.create_table('alert_devices',
    sa.Column('alert', sa.String(length=32), nullable=False),
    sa.Column('device', sa.String(length=65), nullable=False),
    sa.Column('sent_at', tables.Instant(), nullable=True),
    sa.Column('confirmed_revision', sa.Integer(), nullable=True),
    sa.Column('confirmed_at', tables.Instant(), nullable=True),
    sa.ForeignKeyConstraint(['alert'], ['alerts.id'], name=op.f('fk_alert_devices_alert_alerts')),
    sa.ForeignKeyConstraint(['device'], ['devices.id'], name=op.f('fk_alert_devices_device_devices')),
    sa.PrimaryKeyConstraint('alert', 'device', name=op.f('pk_alert_devices'))
    )
    op.create_table('plans',
    sa.Column('device', sa.String(length=65), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('plan', sa.LargeBinary(), nullable=False),
    sa.Column('issued_at', tables.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['device'], ['devices.id'], name=op.f('fk_plans_device_devices')),
    sa.PrimaryKeyConstraint('device', 'revision', name=op.f('pk_plans'))
    )
    op.create_table('statuses',
    sa.Column('device', sa.String(length=65), nullable=False),
    sa.Column('boot', sa.String(length=32), nullable=False),
    sa.Column('at', tables.Instant(), nullable=False),
    sa.Column('received_at', tables.Instant(), nullable=False),
    sa.Column('status', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['device'], ['devices.id'], name=op.f('fk_statuses_device_devices')),
    sa.PrimaryKeyConstraint('device', name=op.f('pk_statuses'))
    )
    op.create_table('versions',
    sa.Column('message', sa.String(length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('category', sa.String(length=20), nullable=False),
    sa.Column('texts', sa.JSON(), nullable=False),
    sa.Column('audio', sa.JSON(), nullable=False),
    sa.Column('author', sa.String(length=64), nullable=False),
    sa.Column('created_at', tables.Instant(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=True),
    sa.Column('submitted_at', tables.Instant(), nullable=True),
    sa.ForeignKeyConstraint(['author'], ['users.username'], name=op.f('fk_versions_author_users')),
    sa.ForeignKeyConstraint(['message'], ['messages.id'], name=op.f('fk_versions_message_messages')),
    sa.PrimaryKeyConstraint('message', 'version', name=op.f('pk_versions'))
    )
    op.create_table('approvals',
    sa.Column('message', sa.String(length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('agency', sa.String(length=20), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('by', sa.String(length=64), nullable=False),
    sa.Column('at', tables.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['by'], ['users.username'], name=op.f('fk_approvals_by_users')),
    sa.ForeignKeyConstraint(['message', 'version'], ['versions.message', 'versions.version'], name=op.f('fk_approvals_message_versions')),
    sa.PrimaryKeyConstraint('message', 'version', 'agency', name=op.f('pk_approvals'))
    )
    op.create_table('renderings',
    sa.Column('message', sa.String(length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('shape', sa.String(length=20), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['message', 'version'], ['versions.message', 'versions.version'], name=op.f('fk_renderings_message_versions')),
    sa.ForeignKeyConstraint(['sha256'], ['media.sha256'], name=op.f('fk_renderings_sha256_media')),
    sa.PrimaryKeyConstraint('message', 'version', 'language', 'shape', name=op.f('pk_renderings'))
    )


def downgrade() -> None:
    op.drop_table('renderings')
    op.drop_table('approvals')
    op.drop_table('versions')
    op.drop_table('statuses')
    op.drop_table('plans')
    op.drop_table('alert_devices')
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sessions_username'))

    op.drop_table('sessions')
    op.drop_table('schedules')
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_messages_state'))

    op.drop_table('messages')
    with op.batch_alter_table('devices', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_devices_gate'))

    op.drop_table('devices')
    op.drop_table('users')
    op.drop_table('throttles')
    op.drop_table('replies')
    op.drop_table('rejected_records')
    with op.batch_alter_table('records', schema=None) as batch_op:
        batch_op.drop_index('ix_records_due')
        batch_op.drop_index('ix_records_device_due')

    op.drop_table('records')
    op.drop_table('playlists')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_unsent')

    op.drop_table('outbox')
    op.drop_table('media')
    op.drop_table('gates')
    op.drop_table('enrolments')
    op.drop_table('audit')
    with op.batch_alter_table('alerts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_alerts_until'))

    op.drop_table('alerts')
    op.drop_table('agents')
