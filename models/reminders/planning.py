"""Reminders are made ahead, and anew when a window moves (F8, F10). None is erased (I9).

A province has some ten thousand rows a year; whatever their number, planning takes one statement
to cancel and one to insert.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, bindparam, cast, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.campaigns.tables import Campaign
from models.reminders import manners, rules, schedules
from models.reminders.duties import Duty, Ladder, every_duty
from models.reminders.rules import Rung, Schedule, Span
from models.reminders.tables import Outcome, Reminder


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
    rows = [
        {
            **of.columns,
            "key": of.key(rung),
            "subject": of.subject,
            "person_id": None,
            "rung": rung.name,
            "due_at": rung.due_at,
            "outcome": Outcome.PLANNED,
            "settled_at": None,
        }
        for of, rungs in with_rungs(session, ladders)
        for rung in rungs
        if rung.due_at >= now
    ]
    insert_once(session, rows, again=True)


def with_rungs(
    session: Session, ladders: Iterable[Ladder], schedule: Schedule | None = None
) -> list[tuple[Ladder, list[Rung]]]:
    """Each ladder with all its rungs, those in the past too; by ``schedule``, or by the one that
    its campaign has for its duty. Most share a window, so few are counted out."""
    quiet = manners.read(session)
    of_duty: dict[tuple[int, str], Schedule] = {}
    counted: dict[tuple[Span, Schedule, bool], list[Rung]] = {}
    found = []
    for of in ladders:
        whose = (of.columns["campaign_id"], of.columns["duty"])
        if whose not in of_duty:
            of_duty[whose] = schedule or _schedule(session, *whose)
        shape = (of.span, of_duty[whose], of.news)
        if shape not in counted:
            counted[shape] = rules.ladder(of.span, of_duty[whose], quiet, news=of.news)
        found.append((of, counted[shape]))
    return found


def preview(
    session: Session, campaign: Campaign, duty: Duty, schedule: Schedule, now: datetime
) -> list[tuple[datetime, int]]:
    """When the duty would be reminded of by ``schedule``, and for how many subjects at a time
    (N8); only what is still to come."""
    counts: Counter[datetime] = Counter()
    for _, rungs in with_rungs(session, duty.ladders(session, campaign), schedule):
        counts.update(rung.due_at for rung in rungs if rung.due_at >= now)
    return sorted(counts.items())


def insert_once(session: Session, rows: Sequence[dict[str, Any]], *, again: bool = False) -> None:
    """Insert the rows whose key is not there yet, in one statement; ``again``: those that were
    cancelled count as not there."""
    if not rows:
        return
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement: Any = dialect.insert(Reminder.__table__)
    if again:
        anew = {"outcome": Outcome.PLANNED, "settled_at": None}
        statement = statement.on_conflict_do_update(
            index_elements=["key"], set_=anew, where=Reminder.outcome == Outcome.CANCELLED
        )
    else:
        statement = statement.on_conflict_do_nothing(index_elements=["key"])
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
    keys = [of.key(rung) for of, rungs in with_rungs(session, ladders) for rung in rungs]
    unfitting = (
        Reminder.campaign_id == campaign_id,
        Reminder.outcome == Outcome.PLANNED,
        Reminder.person_id.is_(None),
        Reminder.key.not_in(_texts(session)),
    )
    change = {"outcome": Outcome.CANCELLED, "settled_at": now}
    statement = update(Reminder).where(*unfitting).values(change)
    options = {"synchronize_session": False}
    session.execute(statement, {"texts": json.dumps(keys)}, execution_options=options)


def _texts(session: Session) -> Select[tuple[str]]:
    """The members of a JSON array of texts, as rows: any number of them in one parameter."""
    texts = bindparam("texts", type_=String)
    if session.get_bind().dialect.name == "sqlite":
        return select(func.json_each(texts).table_valued("value").c.value)
    array = func.jsonb_array_elements_text(cast(texts, postgresql.JSONB))
    return select(array.column_valued("text"))
