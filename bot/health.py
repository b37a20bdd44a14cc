"""Is it alive, is it ready, what is it doing: for an operator and the machines that watch.

On a port of its own, on the loopback interface unless configured otherwise.
"""

import json
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

from bot import symptoms
from bot.channel import Pulse
from bot.gauges import Gauges
from bot.symptoms import Symptoms
from bot.words import Words, operators_language
from models import sending
from models.clock import Clock
from models.database import Database
from models.evidence import Evidence
from models.inbox import EventStatus, InboxEvent
from models.messages import Part
from models.people import Account
from models.reminders.tables import Outcome, Reminder
from models.standing import Standing, look
from models.web_sessions import CHANNEL as WEB


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
        lag: Callable[[], float],
        words: Words,
    ) -> None:
        """``lag``: how late the event loop is, in seconds."""
        self._database = database
        self._clock = clock
        self._pulses = pulses
        self._free_bytes = free_bytes
        self._lag = lag
        self._words = words
        self._language = operators_language()
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
        """200 while it does its work; in words what is wrong, and what somebody should look at."""
        found = symptoms.of_process(self._free_bytes(), self._lag())
        for name, pulse in self._pulses().items():
            found += symptoms.of_channel(name, pulse, self._started)
        found += await self._database_symptoms()
        body = {
            "status": "failing" if found.failing else "ok",
            "failing": [self._say(part) for part in found.failing],
            "warnings": [self._say(part) for part in found.warnings],
        }
        return web.json_response(body, status=503 if found.failing else 200, dumps=_readable_json)

    async def _database_symptoms(self) -> Symptoms:
        """Whether it can be written to, and what it says of the work."""
        try:
            await self._database.write(lambda session: session.execute(text("SELECT 1")))
            return symptoms.of_standing(await self._look())
        except Exception as error:
            return Symptoms((Part("symptom.database_away", error=type(error).__name__),))

    async def _look(self) -> Standing:
        now, channels = self._clock(), [*self._pulses(), WEB]
        return await self._database.read(lambda session: look(session, channels, now))

    def _say(self, part: Part) -> str:
        return self._words.plain(part.name, self._language, **part.values)

    async def _metrics(self, _: web.Request) -> web.Response:
        now = self._clock()
        facts = await self._database.read(lambda session: gather(session, now))
        registry = CollectorRegistry()
        registry.register(_Collector(facts, self._pulses(), self._free_bytes()))
        registry.register(Gauges(await self._look(), self._pulses(), self._lag()))
        body = generate_latest(registry)
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4"})


def _readable_json(body: object) -> str:
    return json.dumps(body, ensure_ascii=False)


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
