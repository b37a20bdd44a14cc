"""What came of every target, matched one to one with what was delivered (F16, C1)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.campaigns import Campaign
from models.outbox import OutboxMessage, SendStatus
from models.reminders import Outcome, Reminder
from models.units import Unit
from tests.faults.years import plan
from tests.faults.years.life import Delivery, World
from tests.faults.years.simulation import Log

PROMPT, SOON = timedelta(seconds=25), timedelta(hours=1)
FAR = datetime.max.replace(tzinfo=UTC) - timedelta(days=800)
DUTY = "self_assessment"
SAID_NOTHING = {Outcome.OVERTAKEN, Outcome.NOTHING_OWED, Outcome.CANCELLED}


@dataclass
class Found:
    targets: int = 0
    told: int = 0
    unknown: int = 0
    overtaken: int = 0
    nothing_owed: int = 0
    calm: int = 0
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.targets:,} targets: {self.told:,} told, {self.overtaken:,} overtaken, "
            f"{self.nothing_owed:,} owed nothing, {self.unknown:,} struck while being sent; "
            f"{self.calm:,} by a right clock, told within {PROMPT.seconds} s or so "
            f"soon after a restart; {len(self.broken)} broken"
        )


def check(session: Session, years: Iterable[int], world: World, log: Log) -> Found:
    found = Found()
    delivered = _by_reminder(session, world.deliveries, found)
    unknown = _unknown(session)
    for year in years:
        campaign = session.scalars(select(Campaign).where(Campaign.year == year)).one()
        expected = plan.instants(year)
        for unit_id, rows in _rows_by_unit(session, campaign.id).items():
            unit = session.get_one(Unit, unit_id).code
            if {row.due_at for row in rows} != set(expected):
                found.broken.append(f"{year} {unit}: planned other instants than the plan gives")
            sent = log.sent.get((year, unit))
            for row in rows:
                got = delivered.get(row.id, [])
                _one_target(found, row, unit, got, row.id in unknown)
                _never_after_sending(found, row, unit, got, sent)
                latest = _latest(row.due_at, log)
                if _is_calm(row, latest, log, campaign.created_at, sent):
                    _prompt(found, row, unit, got, row.id in unknown, latest)
    return found


def _one_target(found: Found, row: Reminder, unit: str, got: list[Delivery], struck: bool) -> None:
    """Exactly one run, or one recorded outcome that says why there was none."""
    found.targets += 1
    what = f"{unit} {row.rung} {row.due_at:%Y-%m-%d %H:%M}"
    if len(got) > 1:
        found.broken.append(f"{what}: delivered {len(got)} times")
    if any(each.at < row.due_at for each in got):
        found.broken.append(f"{what}: delivered before it was due")
    if got:
        found.told += 1
        if row.outcome is not Outcome.QUEUED:
            found.broken.append(f"{what}: delivered, and recorded as {row.outcome}")
    elif struck:
        found.unknown += 1
    elif row.outcome not in SAID_NOTHING:
        found.broken.append(f"{what}: nothing delivered, and recorded as {row.outcome}")
    else:
        found.overtaken += row.outcome is Outcome.OVERTAKEN
        found.nothing_owed += row.outcome is Outcome.NOTHING_OWED


def _never_after_sending(
    found: Found, row: Reminder, unit: str, got: list[Delivery], sent: datetime | None
) -> None:
    """Who owes nothing gets nothing (C1, F11)."""
    if sent is not None and any(each.seen_at > sent for each in got):
        found.broken.append(f"{unit} {row.rung}: reminded after it had sent")


def _prompt(
    found: Found, row: Reminder, unit: str, got: list[Delivery], struck: bool, latest: datetime
) -> None:
    found.calm += 1
    if not struck and not any(each.seen_at <= latest for each in got):
        found.broken.append(f"{unit} {row.rung} {row.due_at}: not told in time by a right clock")


def _latest(due_at: datetime, log: Log) -> datetime:
    """By when it has to be told: soon, or soon after the process lives again and its clock is
    right."""
    lives, silent = due_at, [*log.down, *log.held]
    while ends := [end for since, end in silent if since <= lives + PROMPT and end > lives]:
        lives = max(ends)
    return lives + PROMPT


def _is_calm(
    row: Reminder, latest: datetime, log: Log, begins: datetime, sent: datetime | None
) -> bool:
    """The clock was right or known to be wrong all the time, and had never been beyond it
    unnoticed; and it was still owed."""
    if latest - row.due_at > SOON or (sent is not None and sent <= latest):
        return False
    for since, until, by in log.wrong:
        if since <= latest and until >= row.due_at - PROMPT:
            return False
        if begins <= until and since < row.due_at <= min(until, FAR) + by:
            return False
    return True


def _by_reminder(
    session: Session, deliveries: list[Delivery], found: Found
) -> dict[int, list[Delivery]]:
    """The deliveries of each reminder, known by the message's key."""
    keys = dict(session.execute(select(OutboxMessage.id, OutboxMessage.key)).all())
    copies = Counter(each.message_id for each in deliveries)
    found.broken += [f"message {id} delivered {n} times" for id, n in copies.items() if n > 1]
    by_reminder: dict[int, list[Delivery]] = {}
    for each in deliveries:
        for reminder_id in _reminders(keys[each.message_id]):
            by_reminder.setdefault(reminder_id, []).append(each)
    return by_reminder


def _unknown(session: Session) -> set[int]:
    """Reminders whose message a crash struck after it was claimed and before it was delivered."""
    query = select(OutboxMessage.key).where(OutboxMessage.status == SendStatus.UNKNOWN)
    return {id for key in session.scalars(query) for id in _reminders(key)}


def _reminders(key: str) -> list[int]:
    kind, _, rest = key.partition(":")
    return [int(id) for id in rest.partition(":")[0].split(",")] if kind == "reminder" else []


def _rows_by_unit(session: Session, campaign_id: int) -> dict[int, list[Reminder]]:
    of_units = (Reminder.campaign_id == campaign_id, Reminder.duty == DUTY)
    rows: dict[int, list[Reminder]] = {}
    for row in session.scalars(select(Reminder).where(*of_units, Reminder.person_id.is_(None))):
        assert row.unit_id is not None
        rows.setdefault(row.unit_id, []).append(row)
    return rows
