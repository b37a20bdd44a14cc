"""The ladder of each duty in each campaign: the default one, or what a coordinator made of it."""

import re
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import time
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.campaigns.tables import Campaign
from models.people.tables import By
from models.refusals import Refusal
from models.reminders.rules import Schedule
from models.reminders.tables import ReminderSchedule
from models.text import clean

DEFAULT = Schedule()
PARTS = ("before", "hour", "last_day", "after", "weeks")
NOTHING = {"0", "-", "không", "none"}

T = TypeVar("T")


def of(session: Session, campaign_id: int, duty: str) -> Schedule:
    row = _row(session, campaign_id, duty)
    return from_json(row.content) if row is not None else DEFAULT


def keep(session: Session, by: By, campaign: Campaign, duty: str, schedule: Schedule) -> Schedule:
    """Keep the ladder and hand out the one before; who may, and the audit, are the caller's."""
    row = _row(session, campaign.id, duty)
    before = from_json(row.content) if row is not None else DEFAULT
    values = {"content": as_json(schedule), "changed_by_id": by.person_id, "changed_at": by.at}
    if row is None:
        session.add(ReminderSchedule(campaign_id=campaign.id, duty=duty, **values))
    else:
        for name, value in values.items():
            setattr(row, name, value)
    session.flush()
    return before


def as_json(schedule: Schedule) -> dict[str, Any]:
    hours = [f"{hour:%H:%M}" for hour in schedule.last_day]
    plain = {**asdict(schedule), "hour": f"{schedule.hour:%H:%M}", "last_day": hours}
    return {
        key: list(value) if isinstance(value, tuple) else value for key, value in plain.items()
    }


def from_json(content: dict[str, Any]) -> Schedule:
    return Schedule(
        before=tuple(content["before"]),
        hour=time.fromisoformat(content["hour"]),
        last_day=tuple(time.fromisoformat(hour) for hour in content["last_day"]),
        after=tuple(content["after"]),
        weeks=content["weeks"],
    )


def with_part(schedule: Schedule, part: str, text: str) -> Schedule:
    """The ladder with one of ``PARTS`` as it was written. Raises Refusal."""
    match part:
        case "before":
            return replace(schedule, before=parse_days(text))
        case "after":
            return replace(schedule, after=parse_days(text))
        case "last_day":
            return replace(schedule, last_day=parse_hours(text))
        case "weeks":
            return replace(schedule, weeks=parse_weeks(text))
    hours = parse_hours(text)
    if len(hours) != 1:
        raise Refusal("ladder_hours_not_understood", text=clean(text))
    return replace(schedule, hour=hours[0])


def written(schedule: Schedule, part: str) -> str:
    """One of ``PARTS`` as it could be written; empty for none of it."""
    value = as_json(schedule)[part]
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(value) if value else ""


def parse_days(text: str) -> tuple[int, ...]:
    """ "10, 5, 3, 1" as whole numbers, each once; "0" or "không" for none. Raises Refusal."""
    return _parse(text, int, r"\d{1,3}", "ladder_days_not_understood")


def parse_hours(text: str) -> tuple[time, ...]:
    """ "08:00, 14:00"; "8h" is 08:00. Raises Refusal."""
    return _parse(text, _hour, r"\d{1,2}(?:[:h]\d{2}|h)", "ladder_hours_not_understood")


def parse_weeks(text: str) -> int:
    """A number of weeks, "không" for none. Raises Refusal."""
    found = parse_days(text)
    if len(found) > 1:
        raise Refusal("ladder_days_not_understood", text=clean(text))
    return found[0] if found else 0


def _parse(text: str, read: Callable[[str], T], shape: str, refusal: str) -> tuple[T, ...]:
    written = clean(text).casefold()
    if written in NOTHING:
        return ()
    words = [word for word in re.split(r"[\s,;]+", written) if word]
    try:
        if not words or not all(re.fullmatch(shape, word) for word in words):
            raise ValueError
        return tuple(dict.fromkeys(read(word) for word in words))
    except ValueError:
        raise Refusal(refusal, text=clean(text)) from None


def _hour(word: str) -> time:
    hour, _, minute = word.replace("h", ":").partition(":")
    return time(int(hour), int(minute or 0))


def _row(session: Session, campaign_id: int, duty: str) -> ReminderSchedule | None:
    of_duty = (ReminderSchedule.campaign_id == campaign_id, ReminderSchedule.duty == duty)
    return session.scalar(select(ReminderSchedule).where(*of_duty))
