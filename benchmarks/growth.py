"""What the hot path costs as the inbox and the outbox fill up: it should not grow with them.

Each size is a copy of the template with so many events that are done and messages that were
sent, as after a campaign; then the same statements run on it, a transaction each.
"""

import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks import figures
from benchmarks.officers import chats
from bot.channel import Abilities, Typed
from bot.deeds import Event
from bot.dispatcher import Dispatcher
from handlers import CONVERSATIONS
from models import claiming, database, inbox, sending
from models.clock import wall_clock
from models.inbox import Arrival

TIMES = 100
CHANNEL = "telegram"
_NUMBERS = """
    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :rows)
"""
_EVENTS = f"""
    INSERT INTO inbox_event (channel, external_id, content_hash, address, body, received_at,
                             status, attempts, error, settled_at)
    {_NUMBERS} SELECT :channel, 'old:' || n, hex(n), 1001 + n % :chats, '{{"text": "…"}}', :at,
                      'done', 0, '', :at FROM number
"""
_MESSAGES = f"""
    INSERT INTO outbox_message (key, ref, channel, address, name, "values", holds_secret, choices,
        always, page, conversation, state, memory, numbering, kind, priority, created_at, status,
        attempts, unknowns, settled_at, platform_id, error)
    {_NUMBERS} SELECT 'old:' || n, 'old:' || n, :channel, 1001 + n % :chats, 'help', '{{}}', 0,
        '[]', '[]', 0, '', '', '{{}}', 'numbers', 'answer', 0, :at, 'sent', 1, 0, :at, n, ''
    FROM number
"""


def report(template: Path, sizes: list[int]) -> str:
    found = {size: _at(template, size) for size in sizes}
    first = found[sizes[0]]
    rows = []
    for what, least in first.items():
        spent = [found[size][what] for size in sizes]
        rows.append([what, *(f"{each:.0f} ({each / least:.2f})" for each in spent)])
    heads = ["CPU µs, and the ratio to the smallest, at", *(f"{size:,} events" for size in sizes)]
    return figures.table("Growth of the inbox and the outbox", heads, rows)


def _at(template: Path, size: int) -> dict[str, float]:
    """Microseconds of processor time (the median) of each step of an event's way, with ``size``
    older ones."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path = shutil.copy(template, Path(folder) / "grown.db")
        engine = database.create(f"sqlite:///{path}")
        old = (wall_clock() - timedelta(days=30)).replace(tzinfo=None).isoformat(" ")
        values = {"rows": size, "channel": CHANNEL, "chats": len(chats()), "at": old}
        with engine.begin() as connection:
            connection.execute(text(_EVENTS), values)
            connection.execute(text(_MESSAGES), values)
        try:
            return _Way(Session(engine)).measure()
        finally:
            engine.dispose()


class _Way:
    """The way of an event, step by step, each step timed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._dispatcher = Dispatcher(CONVERSATIONS, {CHANNEL: Abilities()}, lambda *_: "")
        self._spent: dict[str, list[float]] = {}

    def measure(self) -> dict[str, float]:
        with self._session:
            for number in range(TIMES):
                self._go(number)
        return {what: median(each) * 1e6 for what, each in self._spent.items()}

    def _go(self, number: int) -> None:
        session, at = self._session, wall_clock()
        address = str(chats()[number % len(chats())])
        arrival = Arrival(CHANNEL, f"new:{number}", address, {"text": "/trogiup"}, at)
        [event] = self._timed("store an event", lambda: inbox.store(session, [arrival], at))
        self._timed("find what waits", lambda: inbox.waiting(session))
        self._timed("a turn", lambda: self._turn(event))
        due = self._timed("find what is due", lambda: claiming.due(session, [CHANNEL], at, 128))
        ids = [item.id for item in due]
        claimed = self._timed("claim", lambda: claiming.claim(session, ids, at))
        receipts = [sending.receipt(item.id, "1", at) for item in claimed]
        assert len(receipts) == 1, f"{len(due)} due, {len(receipts)} claimed"
        self._timed("settle", lambda: sending.settle_all(session, receipts))

    def _turn(self, event: inbox.Waiting) -> None:
        at = wall_clock()
        inbox.finish(self._session, [event.id], at)
        deed = Typed("/trogiup")
        self._dispatcher.take(self._session, Event(event.id, CHANNEL, event.address, deed, at, at))

    def _timed(self, what: str, do: Callable[[], object]):  # type: ignore[no-untyped-def]
        began = time.thread_time()
        found = do()
        self._session.commit()
        self._spent.setdefault(what, []).append(time.thread_time() - began)
        return found
