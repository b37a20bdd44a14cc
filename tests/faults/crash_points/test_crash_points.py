"""X2: nothing is lost or done twice, wherever the process dies (I1–I5, I9)."""

from pathlib import Path

import pytest

from tests.conftest import SERVER, Templates
from tests.faults.crash_points.playing import Play
from tests.faults.crash_points.scenarios import SCENARIOS

# On PostgreSQL, the points that have to do with the database.
KINDS = ("commit",) if SERVER else ("call", "commit", "fsync", "rename", "web")


@pytest.mark.heavy
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_death_at_any_point_changes_nothing(
    templates: Templates, tmp_path: Path, name: str
) -> None:
    play = Play(SCENARIOS[name], templates, tmp_path)
    figures = play.at_every_point(KINDS)
    print(f"\n{name}: {figures}")
    assert (figures.unreached, figures.violations) == ([], [])
