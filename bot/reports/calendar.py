"""The windows of a campaign as an iCalendar file (RFC 5545) for a phone's calendar."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from icalendar import Alarm, Calendar, Event

from bot.reports import all_words
from bot.words import Words
from models.calendar import ZONE

# What a unit itself has to do; the rest of the calendar is shown, but rings nobody up.
DUTIES = {"self_assessment", "supplement"}
BEFORE = (timedelta(days=3), timedelta(days=1))
NOTE = timedelta(minutes=30)


def make(values: Mapping[str, Any]) -> bytes:
    """Bytes of the file. ``values``: ``language``, ``campaign`` (id), ``year``, ``owner``,
    ``unit``, ``made_at``, and ``windows``, each with ``step``, ``opens_at`` or None,
    ``closes_at`` (exclusive, UTC) and ``extended_by``."""
    words = all_words()
    calendar = Calendar()
    calendar.add("prodid", "-//cchc-bot//VI")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    title = words.plain("calendar_file_name", values["language"], **_about(values))
    calendar.add("x-wr-calname", title)
    calendar.add("x-wr-timezone", ZONE.key)
    for window in values["windows"]:
        if window["opens_at"] is not None:
            calendar.add_component(_period(words, values, window))
        if window["opens_at"] is None or window["step"] in DUTIES:
            calendar.add_component(_deadline(words, values, window))
    content: bytes = calendar.to_ical()
    return content


def _period(words: Words, values: Mapping[str, Any], window: Mapping[str, Any]) -> Event:
    event = _event(words, "calendar_event.period", values, window)
    opens_at, closes_at = (_local(window[name]) for name in ("opens_at", "closes_at"))
    if _is_midnight(opens_at) and _is_midnight(closes_at):
        # Whole days: their end is exclusive in the file, too.
        event.add("dtstart", opens_at.date())
        event.add("dtend", closes_at.date())
    else:
        event.add("dtstart", window["opens_at"])
        event.add("dtend", window["closes_at"])
    event.add("transp", "TRANSPARENT")
    return event


def _deadline(words: Words, values: Mapping[str, Any], window: Mapping[str, Any]) -> Event:
    """The last half hour, so that a phone shows 24:00 on the right day; rings before."""
    event = _event(words, "calendar_event.deadline", values, window)
    event.add("dtstart", window["closes_at"] - NOTE)
    event.add("dtend", window["closes_at"])
    for before in BEFORE if window["step"] in DUTIES else ():
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", str(event["summary"]))
        alarm.add("trigger", -before)
        event.add_component(alarm)
    return event


def _event(words: Words, name: str, values: Mapping[str, Any], window: Mapping[str, Any]) -> Event:
    """The same window has the same UID every time, so that a later file replaces the event."""
    event = Event()
    kind = name.rpartition(".")[2]
    event.add("uid", f"{values['campaign']}-{window['step']}-{kind}@cchc-bot")
    event.add("dtstamp", values["made_at"])
    event.add("last-modified", values["made_at"])
    event.add("sequence", int(values["made_at"].timestamp() // 60) % 2**31)
    about = {**_about(values), "closes_at": window["closes_at"]}
    about["step"] = words.plain(f"step.{window['step']}", values["language"])
    about["reason"] = window["extended_by"]
    extended = ".extended" if window["extended_by"] else ""
    event.add("summary", words.plain(name, values["language"], **about))
    notes = words.plain(f"calendar_event.notes{extended}", values["language"], **about)
    event.add("description", notes)
    return event


def _about(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in ("year", "owner", "unit")}


def _local(at: datetime) -> datetime:
    return at.astimezone(ZONE)


def _is_midnight(local: datetime) -> bool:
    return (local.hour, local.minute, local.second) == (0, 0, 0)
