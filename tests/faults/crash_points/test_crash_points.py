"""X2: nothing is lost or done twice, wherever the process dies (I1–I5, I9)."""

from pathlib import Path

import pytest

from tests.conftest import SERVER, Templates
from tests.faults.crash_points.playing import KINDS, Play
from tests.faults.crash_points.scenarios import SCENARIOS
from tests.faults.figures import FULL

# Flows that differ in what they write: in each CI run, on PostgreSQL the points around commits.
# CCHC_FAULTS=full plays all.
ALWAYS = (
    "join_by_an_invitation",
    "evidence_by_file",
    "an_explanation_in_two_steps",
    "a_ratio_in_two_steps",
    "a_reviewer_acknowledges_a_task",
    "reminders_of_several_people_fire_together",
    "an_upload_by_a_one_time_link",
    "a_start_with_work_left_behind",
)

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(900)]


@pytest.mark.parametrize("name", SCENARIOS if FULL else ALWAYS)
def test_a_death_at_any_point_changes_nothing(
    templates: Templates, tmp_path: Path, name: str
) -> None:
    play = Play(SCENARIOS[name], templates, tmp_path)
    figures = play.at_every_point(("commit",) if SERVER else KINDS)
    print(f"\n{name}: {figures}")
    assert figures.points > 0
    assert (figures.unreached, figures.violations) == ([], [])


@pytest.mark.skipif(bool(SERVER), reason="what finds a fault is the same on both")
@pytest.mark.parametrize(
    ("sabotage", "name", "kind"),
    [
        ("confirm_first", "a_stranger_writes", "commit"),
        ("receipt_apart", "an_explanation_in_two_steps", "commit"),
        ("forget_what_was_on_its_way", "a_stranger_writes", "call"),
    ],
)
def test_a_bot_with_a_fault_is_found_out(
    templates: Templates,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sabotage: str,
    name: str,
    kind: str,
) -> None:
    """A checker that has never found anything proves nothing."""
    monkeypatch.setattr("tests.faults.crash_points.stage.PATIENCE", 8.0)
    play = Play(SCENARIOS[name], templates, tmp_path, sabotage)
    figures = play.at_every_point((kind,), until_one_is_found=True)
    print(f"\n{sabotage}: {figures.violations[:1]}")
    assert figures.violations != []
    assert not figures.violations[0].startswith("undisturbed")
