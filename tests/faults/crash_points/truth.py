"""What must be true: after each death, and at the end of a run against an undisturbed one."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from bot.store import Store
from models import audit
from models.base import Base
from models.files import StoredFile
from models.inbox import InboxEvent
from models.messages import Kind
from models.outbox import OutboxMessage, SendStatus
from models.sending import MOST_COPIES
from tests.bot_api import Message, Server

# What sending leaves in a row; ``_sending`` looks at these by the rules of I5.
SENDING = {
    *("status", "attempts", "unknowns", "claimed_at", "not_before"),
    *("settled_at", "platform_id", "error"),
}
# A press counts from the beginning of the silence that a death makes (X25).
EVENT = {"content_hash", "body", "attempts", "error", "made_at"}
WHEN = {"sending_pause", "setting"}  # What they hold are the instants at which things happened.
# Codes and references, addresses, the codes of receipts.
CHANCE = re.compile(r"[0-9A-Za-z_-]{20,}|127\.0\.0\.1:\d+|\b[A-Z]+-\d\d-[0-9A-Z]{4}\b")

# A document that is made anew has other bytes, if not within the same two seconds.
MADE = "made by a report"

Row = tuple[str, ...]
Cell = tuple[str, int, int]


@dataclass(frozen=True)
class Sent:
    """A row of the outbox for the platform, as far as sending goes."""

    chat: int
    kind: Kind
    status: SendStatus
    unknowns: int


@dataclass
class Outcome:
    """All that is left when a run has come to rest. ``told``: by chat, in order of arrival."""

    tables: dict[str, list[Row]]
    sent: list[Sent]
    told: dict[int, list[str]]
    files: list[str]
    problems: list[str] = field(default_factory=list)


def outcome(engine: Engine, store: Store, api: Server) -> Outcome:
    with Session(engine) as session:
        problems = _of_the_database(session, store)
        query = select(OutboxMessage).where(OutboxMessage.channel == "telegram")
        rows = session.scalars(query.order_by(OutboxMessage.id)).all()
        sent = [Sent(int(row.address), row.kind, row.status, row.unknowns) for row in rows]
        made = set(filter(None, map(_made, session.scalars(select(OutboxMessage.enclosure)))))
        names = [table.name for table in Base.metadata.sorted_tables]
        tables = {name: _rows(session, name) for name in names if name not in WHEN}
    told: dict[int, list[str]] = defaultdict(list)
    for message in api.delivered():
        told[message.chat_id].append(_said(message))
    files = sorted(MADE if digest in made else digest for digest in store.digests())
    return Outcome(tables, sent, dict(told), files, problems)


def at_death(engine: Engine, store: Store, api: Server) -> list[str]:
    """What must hold at every instant, also of a process that has just died."""
    with Session(engine) as session:
        problems = _of_the_database(session, store)
        kept = {id.split(":")[-1] for id in session.scalars(select(InboxEvent.external_id))}
        tried = (OutboxMessage.attempts > 0, OutboxMessage.channel == "telegram")
        claimed = set(session.scalars(select(OutboxMessage.address).where(*tried)))
    state = api.state()
    if lost := [id for id in state["confirmed"] if str(id) not in kept]:
        problems.append(f"I1: confirmed and not stored: {lost}")
    for chat in {message["chat_id"] for message in state["delivered"]}:
        if str(chat) not in claimed:
            problems.append(f"I5: {chat} was told something that nobody had claimed")
    return problems


def _of_the_database(session: Session, store: Store) -> list[str]:
    problems = []
    if (broken := audit.check_chain(session)) is not None:
        problems.append(f"I9: the audit chain breaks at {broken}")
    for digest in session.scalars(select(StoredFile.sha256)):
        if not store.intact(digest):
            problems.append(f"I9: {digest} has a row and no bytes")
    return problems


class Reference:
    """What undisturbed runs end in; where they differ among themselves, it is chance."""

    def __init__(self, runs: Sequence[Outcome]) -> None:
        self._first = runs[0]
        self._files = set(runs[0].files).intersection(*(run.files for run in runs))
        self._chance = {cell for run in runs[1:] for cell in _differences(runs[0], run)}

    def problems(self, run: Outcome) -> list[str]:
        """Where a run that was disturbed ended elsewhere; nothing where all is well."""
        cells = [cell for cell in _differences(self._first, run) if cell not in self._chance]
        problems = [*run.problems, *(self._describe(run, *cell) for cell in cells)]
        if len(run.files) != len(self._first.files) or not self._files <= set(run.files):
            problems.append(f"I9: other files are kept: {run.files}, not {self._first.files}")
        return problems + _sending(self._first, run)

    def _describe(self, run: Outcome, table: str, row: int, column: int) -> str:
        if column < 0:
            counts = [len(found.tables[table]) for found in (self._first, run)]
            return f"{table} has {counts[1]} rows, not {counts[0]}"
        was, now = (found.tables[table][row][column] for found in (self._first, run))
        return f"{table}, row {row}, column {column}: {now[:200]!r}, not {was[:200]!r}"


def _differences(one: Outcome, other: Outcome) -> list[Cell]:
    found: list[Cell] = []
    for table, rows in one.tables.items():
        others = other.tables[table]
        if len(rows) != len(others):
            found.append((table, -1, -1))
            continue
        for n, (row, another) in enumerate(zip(rows, others, strict=True)):
            if row != another:
                pairs = enumerate(zip(row, another, strict=True))
                found += [(table, n, column) for column, (a, b) in pairs if a != b]
    return found


def _sending(reference: Outcome, run: Outcome) -> list[str]:
    """I5: every message ended, in order; more or fewer than once only where nobody can know."""
    problems = []
    expected = [message.status for message in reference.sent]
    for n, message in enumerate(run.sent):
        stopped = message.status is SendStatus.UNKNOWN and (
            message.kind is Kind.NOTICE or message.unknowns >= MOST_COPIES
        )
        wanted = expected[n] if n < len(expected) else SendStatus.SENT
        if not stopped and message.status is not wanted:
            problems.append(f"I5: message {n} is {message.status}, not {wanted}")
    for chat in {*reference.told, *run.told}:
        problems += _told(chat, reference, run)
    return problems


def _told(chat: int, reference: Outcome, run: Outcome) -> list[str]:
    was, now = reference.told.get(chat, []), run.told.get(chat, [])
    doubtful = [message for message in run.sent if message.chat == chat and message.unknowns]
    stopped = [message for message in doubtful if message.status is SendStatus.UNKNOWN]
    more, fewer = Counter(now) - Counter(was), Counter(was) - Counter(now)
    problems = []
    # One message may be two pieces on the platform: words, and a file behind them.
    if more.total() > 2 * len(doubtful) or any(count > 1 for count in more.values()):
        problems.append(f"I5: told {chat} more than once: {dict(more)}")
    if fewer.total() > 2 * len(stopped):
        problems.append(f"I5: never told {chat}: {dict(fewer)}")
    if not _in_order([said for said in was if said not in fewer], now):
        problems.append(f"I3: told {chat} in another order: {now}, not {was}")
    return problems


def _in_order(expected: Sequence[str], found: Sequence[str]) -> bool:
    """Whether ``found`` is ``expected`` with nothing but something more in between."""
    rest = iter(found)
    return all(said in rest for said in expected)


def _rows(session: Session, name: str) -> list[Row]:
    """Every row by its key, as text, without what may be otherwise after a death."""
    table = Base.metadata.tables[name]
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
    found = session.execute(text(f'SELECT * FROM "{name}" ORDER BY {keys}'))
    columns = list(found.keys())
    numbered = session.get_bind().dialect.name == "postgresql"
    return [
        tuple(
            _plain(name, column, value, numbered)
            for column, value in zip(columns, row, strict=True)
        )
        for row in found
    ]


def _made(enclosure: dict[str, Any] | None) -> str:
    """The digest of a document that was made for a message; empty for any other file."""
    return str(enclosure["sha256"]) if enclosure and enclosure["report"] else ""


def _plain(table: str, column: str, value: Any, numbered: bool) -> str:
    if table == "outbox_message" and column in SENDING:
        return ""
    if table == "inbox_event" and column in EVENT:
        return _event(value) if column == "body" else ""
    if column == "enclosure" and isinstance(value, str) and _made(found := json.loads(value)):
        value = {**found, "sha256": MADE}
    shown = json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else str(value)
    # PostgreSQL's numbers have gaps where a transaction died; SQLite's have none, to be compared.
    return re.sub(r"\b\d+\b|\b[0-9a-f]{64}\b", "#", shown) if numbered else shown


def _event(body: Any) -> str:
    """An update without the numbers of messages: a second copy moves those behind it on."""
    shown = body if isinstance(body, str) else json.dumps(body, sort_keys=True)
    return re.sub(r'"message_id": ?\d+', '"message_id": #', shown)


def _said(message: Message) -> str:
    labels = " | ".join(button.label for button in message.buttons)
    return CHANCE.sub("…", f"{message.text} [{labels}] {message.file}")
