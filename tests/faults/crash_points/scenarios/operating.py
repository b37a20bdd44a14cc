"""What the operator does at the command line, beside the running bot or before it."""

from bot.backups import Backup
from tests.faults.crash_points.scenarios.registry import scenario
from tests.faults.crash_points.stage import Stage


@scenario
def a_backup(stage: Stage) -> None:
    """It is there whole, or not at all."""
    an = stage.officer("An", "STP")
    stage.files(an, "KH-12.pdf", "1.1.1")
    target = stage.order.folder / "backup.zip"
    stage.count()
    stage.command("backup", "--replace", str(target))
    with Backup(target) as made:
        made.check()
        assert made.manifest.lost == []


@scenario
def a_role_is_revoked(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.begin()
    stage.command("revoke", "--person", "An", "--reason", "Nghỉ việc")
    an.types("/lich")
    an.sees("Đây là kênh nội bộ.")


@scenario
def a_deadline_is_moved(stage: Stage) -> None:
    """Everybody concerned is told, once."""
    an = stage.officer("An", "STP")
    stage.begin()
    dates = ("--opens", "15/10/2026", "--closes", "đến hết 17/11/2026")
    stage.command("campaign", "move", "--step", "self_assessment", *dates, "--yes")
    stage.rest()
    an.types("/lich")
    an.sees("17/11")
