"""Pictures and videos: what was brought, what walls play, what messages choose."""

import sqlalchemy as sa
from alembic import op

from controller.store.tables import Instant

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('versions') as batch_op:
        batch_op.add_column(sa.Column('visuals', sa.JSON(), nullable=False, server_default='{}'))
    op.create_table(
        'visuals',
        sa.Column('sha256', sa.String(64), sa.ForeignKey('media.sha256', name=op.f('fk_visuals_sha256_media')), primary_key=True),
        sa.Column('kind', sa.String(10), nullable=False),
        sa.Column('facts', sa.JSON(), nullable=False),
        sa.Column('by', sa.String(64), nullable=False),
        sa.Column('created_at', Instant(), nullable=False),
    )
    op.create_table(
        'transcodes',
        sa.Column('source', sa.String(64), sa.ForeignKey('media.sha256', name=op.f('fk_transcodes_source_media')), primary_key=True),
        sa.Column('shape', sa.String(20), primary_key=True),
        sa.Column('fit', sa.String(10), primary_key=True),
        sa.Column('sha256', sa.String(64), sa.ForeignKey('media.sha256', name=op.f('fk_transcodes_sha256_media')), nullable=False),
        sa.Column('facts', sa.JSON(), nullable=False),
        sa.Column('created_at', Instant(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table('transcodes')
    op.drop_table('visuals')
    with op.batch_alter_table('versions') as batch_op:
        batch_op.drop_column('visuals')
