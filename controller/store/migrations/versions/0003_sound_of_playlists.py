"""How playlists sound: chime, repeats, end tone."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('playlists') as batch_op:
        batch_op.add_column(sa.Column('sound', sa.JSON(), nullable=False, server_default='{}'))


def downgrade() -> None:
    with op.batch_alter_table('playlists') as batch_op:
        batch_op.drop_column('sound')
