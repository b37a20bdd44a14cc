"""Reminders are made ahead, and anew when a window moves (F8, F10). None is erased (I9).

A province has some ten thousand rows a year; whatever their number, planning takes one statement
to cancel and one to insert.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import calendar
from models.base import Instant
from models.campaigns.tables import Campaign
from models.reminders import manners, rules, schedules
from models.reminders.duties import Duty, Ladder, every_duty
from models.reminders.rules import Rung, Schedule
from models.reminders.tables import Outcome, Reminder

# Every row of every shape of ``_as_json``, made in the database.
_ROWS = {
    "sqlite": """
        SELECT json_extract(owed.value, '$[0]') || ':' || json_extract(rung.value, '$[0]')
                || ':' || json_extract(rung.value, '$[1]') AS key,
            json_extract(owed.value, '$[0]') AS subject,
            json_extract(rung.value, '$[3]') AS campaign_id,
            json_extract(rung.value, '$[4]') AS duty,
            json_extract(rung.value, '$[5]') AS step,
            json_extract(owed.value, '$[1]') AS unit_id,
            json_extract(owed.value, '$[2]') AS task_id,
            json_extract(rung.value, '$[0]') AS rung,
            json_extract(rung.value, '$[2]') AS due_at
        FROM json_each(:shapes) AS shape, json_each(shape.value, '$[0]') AS rung,
            json_each(shape.value, '$[1]') AS owed
    """,
    "postgresql": """
        SELECT (owed.value ->> 0) || ':' || (rung.value ->> 0) || ':' || (rung.value ->> 1) AS key,
            owed.value ->> 0 AS subject,
            CAST(rung.value ->> 3 AS integer) AS campaign_id,
            rung.value ->> 4 AS duty,
            rung.value ->> 5 AS step,
            CAST(owed.value ->> 1 AS integer) AS unit_id,
            CAST(owed.value ->> 2 AS integer) AS task_id,
            rung.value ->> 0 AS rung,
            CAST((rung.value ->> 2) || '+00' AS timestamptz) AS due_at
        FROM jsonb_array_elements(CAST(:shapes AS jsonb)) AS shape (value),
            jsonb_array_elements(shape.value -> 0) AS rung (value),
            jsonb_array_elements(shape.value -> 1) AS owed (value)
    """,
}
_INSERT = """
    INSERT INTO reminder (key, subject, campaign_id, duty, step, unit_id, task_id, rung, due_at,
        outcome)
    SELECT key, subject, campaign_id, duty, step, unit_id, task_id, rung, due_at, 'planned'
    FROM ({rows}) AS made WHERE true
    ON CONFLICT (key) DO UPDATE SET outcome = 'planned', settled_at = NULL
        WHERE reminder.outcome = 'cancelled'
"""
_CANCEL = """
    UPDATE reminder SET outcome = 'cancelled', settled_at = :now
    WHERE campaign_id = :campaign AND outcome = 'planned' AND person_id IS NULL
        AND key NOT IN (SELECT key FROM ({rows}) AS fitting)
"""
# It guesses a million rows from the JSON, and would look through all of them for each reminder.
_ROOM = "SET LOCAL work_mem = '256MB'"


def replan(session: Session, campaign: Campaign, now: datetime) -> None:
    """After a window, an extension or a ladder was set: cancel what no longer fits, make what is
    new. Before the plan is issued nobody but who issues it owes anything (R6.1)."""
    opened = campaign.opened_at is not None
    duties = [duty for duty in every_duty() if opened or duty.before_plan]
    ladders = [of for duty in duties for of in duty.ladders(session, campaign)]
    fit(session, campaign.id, ladders, now)


def fit(session: Session, campaign_id: int, ladders: Sequence[Ladder], now: datetime) -> None:
    """Make the planned rows of a campaign those of ``ladders``, and no others."""
    _cancel_unfitting(session, campaign_id, ladders, now)
    plan(session, ladders, now)
    for known in session.identity_map.values():
        if isinstance(known, Reminder):
            session.expire(known)  # It may have changed behind the session's back.


def plan(session: Session, ladders: Iterable[Ladder], now: datetime) -> None:
    """Insert the rungs from now on that do not exist; those cancelled are planned again."""
    shapes = _as_json(with_rungs(session, ladders), since=now)
    statement = text(_INSERT.format(rows=_ROWS[session.get_bind().dialect.name]))
    session.execute(statement, {"shapes": shapes})


def with_rungs(
    session: Session, ladders: Iterable[Ladder], schedule: Schedule | None = None
) -> list[tuple[list[Ladder], list[Rung]]]:
    """Ladders that have the same rungs, with these, those in the past too; by ``schedule``, or by
    the one that their campaign has for their duty. Most share a window, so few are counted out."""
    quiet = manners.read(session)
    of_duty: dict[tuple[int, str], Schedule] = {}
    found: dict[object, tuple[list[Ladder], list[Rung]]] = {}
    for of in ladders:
        whose = (of.columns["campaign_id"], of.columns["duty"])
        if whose not in of_duty:
            of_duty[whose] = schedule or _schedule(session, *whose)
        shape = (whose, of.columns["step"], of.span, of.news, of.rungs)
        if shape not in found:
            made = of.rungs
            if made is None:
                made = tuple(rules.ladder(of.span, of_duty[whose], quiet, news=of.news))
            found[shape] = ([], list(made))
        found[shape][0].append(of)
    return list(found.values())


def preview(
    session: Session, campaign: Campaign, duty: Duty, schedule: Schedule, now: datetime
) -> list[tuple[datetime, int]]:
    """When the duty would be reminded of by ``schedule``, and for how many subjects at a time
    (N8); only what is still to come."""
    counts: Counter[datetime] = Counter()
    for subjects, rungs in with_rungs(session, duty.ladders(session, campaign), schedule):
        counts.update({rung.due_at: len(subjects) for rung in rungs if rung.due_at >= now})
    return sorted(counts.items())


def insert_once(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows whose key is not there yet, in one statement."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(Reminder.__table__).on_conflict_do_nothing(index_elements=["key"])
    session.execute(statement, list(rows))


def repeat_row(reminder: Reminder, person_id: int, rung: str, at: datetime) -> dict[str, Any]:
    """The row by which one person is reminded once more of the same at ``at``."""
    return {
        "key": f"{reminder.subject}:{rung}:{person_id}:{at:%Y-%m-%dT%H:%M:%S}",
        "subject": reminder.subject,
        "campaign_id": reminder.campaign_id,
        "duty": reminder.duty,
        "step": reminder.step,
        "unit_id": reminder.unit_id,
        "task_id": reminder.task_id,
        "person_id": person_id,
        "rung": rung,
        "due_at": at,
        "outcome": Outcome.PLANNED,
        "settled_at": None,
    }


def _schedule(session: Session, campaign_id: int, duty: str) -> Schedule:
    known = {each.name: each for each in every_duty()}.get(duty)
    if known is not None and not known.has_ladder:
        return rules.SILENT
    return schedules.of(session, campaign_id, duty)


def _cancel_unfitting(
    session: Session, campaign_id: int, ladders: Iterable[Ladder], now: datetime
) -> None:
    """What is for one person stays: it is checked against the window when it falls due."""
    dialect = session.get_bind().dialect.name
    if dialect == "postgresql":
        session.execute(text(_ROOM))
    cancel = text(_CANCEL.format(rows=_ROWS[dialect]))
    statement = cancel.bindparams(bindparam("now", type_=Instant()))
    shapes = _as_json(with_rungs(session, ladders))
    session.execute(statement, {"shapes": shapes, "campaign": campaign_id, "now": now})


def _as_json(
    found: Iterable[tuple[Sequence[Ladder], Sequence[Rung]]], since: datetime | None = None
) -> str:
    """Shapes of ladders, ``[[rungs], [subjects]]`` each: what 100,000 rows have
    in common is sent to the database once, and each row is made there."""
    shapes = []
    for subjects, rungs in found:
        first = subjects[0].columns
        common = [first["campaign_id"], first["duty"], first["step"]]
        steps = [
            [
                rung.name,
                f"{rung.due_at.astimezone(calendar.ZONE):%Y-%m-%dT%H:%M}",
                f"{rung.due_at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}",
                *common,  # Here, so that no row has to look at the whole shape again.
            ]
            for rung in rungs
            if since is None or rung.due_at >= since
        ]
        owed = [[of.subject, of.columns["unit_id"], of.columns["task_id"]] for of in subjects]
        shapes.append([steps, owed])
    return json.dumps(shapes)
