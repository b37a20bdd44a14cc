"""Is it alive, is it ready, what is it doing: for an operator and the machines that watch.

On a port of its own, on the loopback interface unless configured otherwise.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot.channel import Pulse
from models import sending
from models.clock import Clock
from models.database import Database
from models.evidence import Evidence
from models.inbox import EventStatus, InboxEvent
from models.people import Account
from models.reminders.tables import Outcome, Reminder

SILENT_SECONDS = 90


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


class Health:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        pulses: Callable[[], dict[str, Pulse]],
        free_bytes: Callable[[], int],
    ) -> None:
        self._database = database
        self._clock = clock
        self._pulses = pulses
        self._free_bytes = free_bytes
        self._started = time.monotonic()

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/healthz", self._alive),
                web.get("/readyz", self._ready),
                web.get("/metrics", self._metrics),
            ]
        )
        return app

    async def _alive(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _ready(self, _: web.Request) -> web.Response:
        checks = {"database": await self._database_answers()}
        for name, pulse in self._pulses().items():
            last = pulse.last_good or self._started
            checks[name] = time.monotonic() - last < SILENT_SECONDS
        checks["disk"] = self._free_bytes() > 0
        ready = all(checks.values())
        body = {"status": "ok" if ready else "failing", "checks": checks}
        return web.json_response(body, status=200 if ready else 503)

    async def _database_answers(self) -> bool:
        try:
            await self._database.write(lambda session: session.execute(text("SELECT 1")))
        except Exception:
            return False
        return True

    async def _metrics(self, _: web.Request) -> web.Response:
        now = self._clock()
        facts = await self._database.read(lambda session: gather(session, now))
        registry = CollectorRegistry()
        registry.register(_Collector(facts, self._pulses(), self._free_bytes()))
        body = generate_latest(registry)
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4"})


def gather(session: Session, now: datetime) -> Facts:
    by_status = select(InboxEvent.status, func.count()).group_by(InboxEvent.status)
    events = {status.value: count for status, count in session.execute(by_status).tuples()}
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
        documents={scan.value: count for scan, count in session.execute(by_scan).tuples()},
    )


def _age(then: datetime | None, now: datetime) -> float:
    return 0.0 if then is None else max(0.0, (now - then).total_seconds())


class _Collector:
    def __init__(self, facts: Facts, pulses: dict[str, Pulse], free_bytes: int) -> None:
        self._facts = facts
        self._pulses = pulses
        self._free_bytes = free_bytes

    def collect(self) -> Iterator[Metric]:
        facts = self._facts
        yield _family("cchc_inbox_events", "Events by status", "status", facts.events)
        yield _family("cchc_outbox_messages", "Messages by status", "status", facts.messages)
        yield _family("cchc_documents", "By what a scanner said", "scan", facts.documents)
        silent = {
            name: time.monotonic() - pulse.last_good
            for name, pulse in self._pulses.items()
            if pulse.last_good is not None
        }
        yield _family("cchc_channel_silent_seconds", "Since it last answered", "channel", silent)
        yield _single("cchc_inbox_oldest_seconds", "Age of the oldest event", facts.oldest_event)
        yield _single("cchc_outbox_oldest_seconds", "Age of the oldest", facts.oldest_message)
        yield _single("cchc_reminders_overdue", "Due and not settled", facts.overdue_reminders)
        yield _single("cchc_accounts_unreachable", "Cannot be written to", facts.unreachable)
        yield _single("cchc_storage_free_bytes", "Free on the evidence disk", self._free_bytes)
        yield _single("cchc_resident_bytes", "Memory of the process", _resident_bytes())


def _family(
    name: str, about: str, label: str, values: dict[str, float] | dict[str, int]
) -> Metric:
    family = GaugeMetricFamily(name, about, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _single(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _resident_bytes() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * 4096
