"""Live figures of gates."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'figures',
        sa.Column('gate', sa.String(length=32), nullable=False),
        sa.Column('name', sa.String(length=32), nullable=False),
        sa.Column('value', sa.Integer(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by', sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(['gate'], ['gates.id'], name=op.f('fk_figures_gate_gates')),
        sa.PrimaryKeyConstraint('gate', 'name', name=op.f('pk_figures')),
    )


def downgrade() -> None:
    op.drop_table('figures')
