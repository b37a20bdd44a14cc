"""Reminders are made ahead, and anew when a window moves (F8, F10). None is erased (I9)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.campaigns.tables import Campaign
from models.reminders.duties import Ladder, every_duty
from models.reminders.tables import Outcome, Reminder


def replan(session: Session, campaign: Campaign, now: datetime) -> None:
    """After a window or an extension was set: cancel what no longer fits, make what is new.

    Before the plan is issued nobody owes anything, so nothing is planned (R6.1).
    """
    if campaign.opened_at is None:
        return
    ladders = [of for duty in every_duty() for of in duty.ladders(session, campaign)]
    _cancel_unfitting(session, campaign, ladders, now)
    plan(session, ladders, now)


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
        for of in ladders
        for rung in of.rungs
        if rung.due_at >= now
    ]
    if not rows:
        return
    cancelled = (
        update(Reminder)
        .where(Reminder.outcome == Outcome.CANCELLED, Reminder.due_at >= now)
        .where(Reminder.key.in_([row["key"] for row in rows]))
    )
    session.execute(cancelled.values(outcome=Outcome.PLANNED, settled_at=None))
    insert_once(session, rows)


def insert_once(session: Session, rows: list[dict[str, Any]]) -> None:
    """Insert the rows whose key is not there yet, in one statement."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(Reminder.__table__).on_conflict_do_nothing(index_elements=["key"])
    session.execute(statement, rows)


def _cancel_unfitting(
    session: Session, campaign: Campaign, ladders: Iterable[Ladder], now: datetime
) -> None:
    """What a person asked for stays: it is checked against the window when it falls due."""
    fitting = {of.subject: {of.key(rung) for rung in of.rungs} for of in ladders}
    planned = select(Reminder).where(
        Reminder.campaign_id == campaign.id,
        Reminder.outcome == Outcome.PLANNED,
        Reminder.person_id.is_(None),
    )
    for reminder in session.scalars(planned):
        keys = fitting.get(reminder.subject)
        if keys is not None and reminder.key not in keys:
            reminder.outcome, reminder.settled_at = Outcome.CANCELLED, now
    session.flush()
