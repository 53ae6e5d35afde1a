"""Faults of devices: active, acknowledged, cleared."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'faults',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
        sa.Column('device', sa.String(length=65), nullable=False),
        sa.Column('code', sa.String(length=40), nullable=False),
        sa.Column('text', sa.String(length=500), nullable=False),
        sa.Column('first_seen', sa.DateTime(timezone=True), nullable=False),
        sa.Column('last_seen', sa.DateTime(timezone=True), nullable=False),
        sa.Column('count', sa.BigInteger(), nullable=False),
        sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('acknowledged_by', sa.String(length=64), nullable=True),
        sa.Column('cleared_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['device'], ['devices.id'], name=op.f('fk_faults_device_devices')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_faults')),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table('faults') as batch_op:
        batch_op.create_index('ix_faults_standing', ['device', 'code', 'cleared_at'])
        batch_op.create_index(batch_op.f('ix_faults_cleared_at'), ['cleared_at'])


def downgrade() -> None:
    op.drop_table('faults')
