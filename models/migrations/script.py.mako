"""${message}."""

import sqlalchemy as sa
from alembic import op
from models.base import Document, Exact, Instant

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    raise NotImplementedError("a legal record is not migrated backwards; restore a backup")
