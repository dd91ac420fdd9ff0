"""What a rejection speaks of, clauses that come before reviewers as a sample, and verdicts in doubt"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Forwards; there is no way back. Columns are added in place: SQLite would else make tables anew that others refer to."""
    op.add_column("judgements", sa.Column("about", sa.String(length=12), server_default="initiatief", nullable=False))
    for column in (
        sa.Column("sample", sa.String(length=10), server_default="", nullable=False),
        sa.Column("inclusion", sa.Double(), nullable=True),
        sa.Column("stratum", sa.String(length=10), server_default="", nullable=False),
        sa.Column("pool", sa.Integer(), server_default="0", nullable=False),
        sa.Column("framed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("doubted", sa.Boolean(), server_default=sa.false(), nullable=False),
    ):
        op.add_column("flags", column)
    op.create_index("ix_flags_sample", "flags", ["sample", "sequence"], unique=False)
