"""Recordings with what is known of them, and who heard them to their end; the gates' words for a voice."""

import sqlalchemy as sa
from alembic import op

import controller.store.tables as tables

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('recordings',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('master', sa.String(length=64), nullable=False),
    sa.Column('samples', sa.BigInteger(), nullable=False),
    sa.Column('lufs_before', sa.Float(), nullable=False),
    sa.Column('lufs', sa.Float(), nullable=False),
    sa.Column('true_peak', sa.Float(), nullable=False),
    sa.Column('findings', sa.JSON(), nullable=False),
    sa.Column('waveform', sa.JSON(), nullable=False),
    sa.Column('voice', sa.String(length=200), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=True),
    sa.Column('by', sa.String(length=64), nullable=False),
    sa.Column('created_at', tables.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['sha256'], ['media.sha256'], name=op.f('fk_recordings_sha256_media')),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_recordings'))
    )
    op.create_index(op.f('ix_recordings_key'), 'recordings', ['key'], unique=False)
    op.create_table('hearings',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('username', sa.String(length=64), nullable=False),
    sa.Column('started_at', tables.Instant(), nullable=False),
    sa.Column('ended_at', tables.Instant(), nullable=True),
    sa.ForeignKeyConstraint(['sha256'], ['recordings.sha256'], name=op.f('fk_hearings_sha256_recordings')),
    sa.ForeignKeyConstraint(['username'], ['users.username'], name=op.f('fk_hearings_username_users')),
    sa.PrimaryKeyConstraint('sha256', 'username', name=op.f('pk_hearings'))
    )
    op.create_table('lexicon',
    sa.Column('gate', sa.String(length=32), nullable=False),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('spelling', sa.String(length=100), nullable=False),
    sa.Column('said', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['gate'], ['gates.id'], name=op.f('fk_lexicon_gate_gates')),
    sa.PrimaryKeyConstraint('gate', 'language', 'spelling', name=op.f('pk_lexicon'))
    )
    op.create_table('recorded_words',
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('word', sa.String(length=50), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['sha256'], ['recordings.sha256'], name=op.f('fk_recorded_words_sha256_recordings')),
    sa.PrimaryKeyConstraint('language', 'word', name=op.f('pk_recorded_words'))
    )
    op.create_table('phrases',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('parts', sa.JSON(), nullable=False),
    sa.Column('by', sa.String(length=64), nullable=False),
    sa.Column('created_at', tables.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phrases'))
    )


def downgrade() -> None:
    op.drop_table('phrases')
    op.drop_table('recorded_words')
    op.drop_table('lexicon')
    op.drop_table('hearings')
    op.drop_index(op.f('ix_recordings_key'), table_name='recordings')
    op.drop_table('recordings')
