"""What ``/metrics`` shows of how the work stands (reliability.md 7)."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.vitals import Vitals
from models import sending
from models.evidence import Evidence
from models.inbox import EventStatus, InboxEvent
from models.people import Account
from models.reminders.tables import Outcome, Reminder
from models.standing import Standing


@dataclass(frozen=True)
class Facts:
    """What the database says about the bot's work; ages in seconds."""

    events: dict[str, int]
    oldest_event: float
    messages: dict[str, int]
    oldest_message: float
    overdue_reminders: int
    unreachable: int
    documents: dict[str, int]


def page(facts: Facts, standing: Standing, vitals: Vitals) -> bytes:
    """All values, as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(_Gauges(facts, standing, vitals))
    return generate_latest(registry)


def gather(session: Session, now: datetime) -> Facts:
    by_status = select(InboxEvent.status, func.count()).group_by(InboxEvent.status)
    events = {status.value: count for status, count in session.execute(by_status)}
    waiting = InboxEvent.status == EventStatus.NEW
    oldest = session.scalar(select(func.min(InboxEvent.received_at)).where(waiting))
    overdue = select(func.count()).where(
        Reminder.outcome == Outcome.PLANNED, Reminder.due_at <= now
    )
    unreachable = select(func.count()).where(
        Account.unreachable_since.is_not(None), Account.ended_at.is_(None)
    )
    by_scan = select(Evidence.scan, func.count()).group_by(Evidence.scan)
    return Facts(
        events=events,
        oldest_event=_age(oldest, now),
        messages=sending.counts(session),
        oldest_message=_age(sending.oldest_queued(session), now),
        overdue_reminders=session.scalar(overdue) or 0,
        unreachable=session.scalar(unreachable) or 0,
        documents={scan.value: count for scan, count in session.execute(by_scan)},
    )


def _age(then: datetime | None, now: datetime) -> float:
    return 0.0 if then is None else max(0.0, (now - then).total_seconds())


class _Gauges:
    def __init__(self, facts: Facts, standing: Standing, vitals: Vitals) -> None:
        self._facts = facts
        self._standing = standing
        self._vitals = vitals

    def collect(self) -> Iterator[Metric]:
        facts = self._facts
        yield _family("cchc_inbox_events", "Events by status", "status", facts.events)
        yield _family("cchc_outbox_messages", "Messages by status", "status", facts.messages)
        yield _family("cchc_documents", "By what a scanner said", "scan", facts.documents)
        for name, about, value in (
            ("cchc_inbox_oldest_seconds", "Age of the oldest event", facts.oldest_event),
            ("cchc_outbox_oldest_seconds", "Age of the oldest", facts.oldest_message),
            ("cchc_reminders_overdue", "Due and not settled", facts.overdue_reminders),
            ("cchc_accounts_unreachable", "Cannot be written to", facts.unreachable),
            *self._of_standing(),
            ("cchc_storage_free_bytes", "Free for evidence", self._vitals.free_bytes),
            ("cchc_leader", "1 for the bot that may work on its database", self._vitals.leads),
            ("cchc_resident_bytes", "Memory of the process", _resident_bytes()),
            ("cchc_loop_lag_seconds", "Longest delay of the last minute", self._vitals.lag),
        ):
            yield GaugeMetricFamily(name, about, value=float(value))
        silent = {beat.key: beat.silent for beat in self._vitals.beats}
        yield _family("cchc_part_silent_seconds", "Since it did its work", "part", silent)
        yield from self._of_channels()

    def _of_standing(self) -> Iterator[tuple[str, str, float]]:
        found = self._standing
        yield "cchc_sending_held", "1 while sending is on hold", found.hold is not None
        yield "cchc_outbox_age_p99_seconds", "Wait of the newest thousand", found.waited_p99
        yield "cchc_outbox_oldest_answer_seconds", "Age of the oldest", found.oldest_answer
        yield "cchc_messages_unknown", "Nobody knows whether they arrived", found.unknown
        yield "cchc_messages_malformed", "Not accepted by the platform", found.malformed
        yield "cchc_dead_letters", "Events that could not be handled", found.dead
        if found.backup_age is not None:
            yield "cchc_backup_age_seconds", "Since the newest backup was made", found.backup_age

    def _of_channels(self) -> Iterator[Metric]:
        """A platform that never answered has been silent since the start."""
        now, started = time.monotonic(), self._vitals.started
        pulses = sorted(self._vitals.pulses.items())
        silent = {name: now - (pulse.last_good or started) for name, pulse in pulses}
        yield _family("cchc_channel_silent_seconds", "Since it last answered", "channel", silent)
        skew = {name: pulse.skew for name, pulse in pulses if pulse.skew is not None}
        about = "Our clock ahead of the platform's"
        yield _family("cchc_clock_skew_seconds", about, "channel", skew)
        throttled = CounterMetricFamily(
            "cchc_channel_throttled", "Times the platform said: too much", labels=["channel"]
        )
        for name, pulse in pulses:
            throttled.add_metric([name], pulse.throttled)
        yield throttled


def _family(
    name: str, about: str, label: str, values: dict[str, float] | dict[str, int]
) -> Metric:
    family = GaugeMetricFamily(name, about, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _resident_bytes() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * 4096
