"""What a rejection speaks of, and clauses that come before reviewers as a sample"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Forwards; there is no way back."""
    with op.batch_alter_table("judgements", schema=None) as batch_op:
        batch_op.add_column(sa.Column("about", sa.String(length=12), server_default="initiatief", nullable=False))
    with op.batch_alter_table("flags", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sample", sa.String(length=10), server_default="", nullable=False))
        batch_op.add_column(sa.Column("inclusion", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("stratum", sa.String(length=10), server_default="", nullable=False))
        batch_op.add_column(sa.Column("pool", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("framed", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("doubted", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index("ix_flags_sample", ["sample", "sequence"], unique=False)
