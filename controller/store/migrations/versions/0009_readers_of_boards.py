"""Who reads a board, and which driver works it."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('devices') as batch_op:
        batch_op.add_column(sa.Column('readers', sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column('driver', sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('devices') as batch_op:
        batch_op.drop_column('driver')
        batch_op.drop_column('readers')
