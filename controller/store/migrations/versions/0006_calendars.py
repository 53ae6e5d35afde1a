"""Calendars, suspensions, and what they do to schedules, playlists, gates and devices.

Columns are added and dropped where they stand: SQLite cannot make a table anew that others refer to, and a default that is no
plain text would ask for that.
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'calendars',
        sa.Column('kind', sa.String(length=10), nullable=False),
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('targets', sa.JSON(), nullable=False),
        sa.Column('fact', sa.JSON(), nullable=False),
        sa.Column('confirmed', sa.Boolean(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by', sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint('kind', 'id', name=op.f('pk_calendars')),
    )
    op.create_table(
        'suspensions',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('gate', sa.String(length=32), nullable=False),
        sa.Column('fact', sa.JSON(), nullable=False),
        sa.Column('hours', sa.JSON(), nullable=False),
        sa.Column('playlist', sa.String(length=32), nullable=True),
        sa.Column('targets', sa.JSON(), nullable=False),
        sa.Column('until', sa.DateTime(timezone=True), nullable=False),
        sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by', sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_suspensions')),
    )
    with op.batch_alter_table('suspensions') as batch_op:
        batch_op.create_index(batch_op.f('ix_suspensions_until'), ['until'])
    with op.batch_alter_table('schedules') as batch_op:
        batch_op.add_column(sa.Column('terms', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('version', sa.Integer(), nullable=False, server_default='1'))
    with op.batch_alter_table('playlists') as batch_op:
        batch_op.add_column(sa.Column('includes', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('shuffle', sa.Boolean(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('version', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('gates') as batch_op:
        batch_op.add_column(sa.Column('latitude', sa.Float(), nullable=False, server_default='21.85'))
        batch_op.add_column(sa.Column('longitude', sa.Float(), nullable=False, server_default='106.76'))
        batch_op.add_column(sa.Column('kinds', sa.JSON(), nullable=False, server_default='[]'))
    with op.batch_alter_table('devices') as batch_op:
        batch_op.add_column(sa.Column('areas', sa.JSON(), nullable=False, server_default='[]'))


def downgrade() -> None:
    with op.batch_alter_table('devices', recreate='never') as batch_op:
        batch_op.drop_column('areas')
    with op.batch_alter_table('gates', recreate='never') as batch_op:
        batch_op.drop_column('kinds')
        batch_op.drop_column('longitude')
        batch_op.drop_column('latitude')
    with op.batch_alter_table('playlists', recreate='never') as batch_op:
        batch_op.drop_column('deleted_at')
        batch_op.drop_column('version')
        batch_op.drop_column('shuffle')
        batch_op.drop_column('includes')
    with op.batch_alter_table('schedules', recreate='never') as batch_op:
        batch_op.drop_column('version')
        batch_op.drop_column('terms')
    op.drop_table('suspensions')
    op.drop_table('calendars')
