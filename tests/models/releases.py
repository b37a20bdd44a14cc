"""Earlier and later releases of the program, as far as its migrations go."""

import shutil
from pathlib import Path

from models import migrations

VERSIONS = migrations.DIRECTORY / "versions"
REVISIONS = sorted(path.stem[:4] for path in VERSIONS.glob("[0-9]*.py"))
# What a later release may do: rebuild a table that others point to, add, index, rewrite.
NEXT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "{revision}", "{before}"
rewrites = {{"setting"}}


def upgrade() -> None:
    anew = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("person", recreate=anew) as batch:
        batch.add_column(sa.Column("nickname", sa.String(), nullable=False, server_default="-"))
    op.create_table("badge", sa.Column("id", sa.Integer(), primary_key=True))
    op.create_index("ix_person_nickname", "person", ["nickname"])
    op.execute("UPDATE setting SET value = 'rewritten'")
"""
CARELESS = """
from alembic import op

revision, down_revision = "{revision}", "{before}"


def upgrade() -> None:
    op.execute("{statement}")
"""


def make_release(folder: Path, newest: str, later: str = "", **values: str) -> Path:
    """The migrations up to ``newest``, with the text ``later`` as one more on top."""
    target = folder / f"release-{newest}-{bool(later)}"
    shutil.copytree(migrations.DIRECTORY, target, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (target / "versions").glob("[0-9]*.py"):
        if path.stem[:4] > newest:
            path.unlink()
    if later:
        number = f"{int(newest) + 1:04}"
        text = later.format(revision=number, before=newest, **values)
        (target / "versions" / f"{number}_later.py").write_text(text)
    return target
