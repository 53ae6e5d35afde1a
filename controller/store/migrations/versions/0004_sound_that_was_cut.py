"""Of records: where in a recording a sound began, and which attempt it was."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('records') as batch_op:
        batch_op.add_column(sa.Column('offset', sa.Float(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('attempt', sa.BigInteger(), nullable=False, server_default='1'))


def downgrade() -> None:
    with op.batch_alter_table('records') as batch_op:
        batch_op.drop_column('attempt')
        batch_op.drop_column('offset')
