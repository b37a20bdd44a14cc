"""What is true after a run: the officers' deeds and what the Bot API server saw and delivered,
held against the database (I1–I5). Counts, no verdict."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import audit
from models.assessment import SelfScore
from models.audit import AuditEntry
from models.evidence import Evidence, EvidenceLink, Explanation
from models.files import StoredFile
from models.inbox import EventStatus, InboxEvent
from models.messages import Kind
from models.outbox import OutboxMessage, SendStatus
from models.people import Person
from tests.bot_api import Server
from tests.faults.officers import Officer

# What an officer is told who is understood. Anything else is a conversation that was lost.
UNDERSTOOD = {
    "evidence_saved",
    "evidence_of_line",
    "evidence_ask_explanation",
    "evidence_explained",
    "sheet_status",
    "unscored_lines",
    "line_standing",
    "ask_yes_no",
    "self_score_recorded",
    "reminder_noted",
    "reminder_self_assessment",
    "reminder_together",
}


@dataclass
class Findings:
    """``misunderstood``: answers that say something else than what was done calls for, by name.
    ``copies_*``: the most copies of one message. ``unsettled``: neither sent nor shown, nor
    ``taken_back`` because a later one of the same was sent (C1)."""

    events: int = 0
    deeds: int = 0
    messages: int = 0
    lost: int = 0
    doubled: int = 0
    inversions: int = 0
    copies_of_answers: int = 0
    copies_of_notices: int = 0
    answers_sent_twice: int = 0
    notices_unknown: int = 0
    unsettled: int = 0
    taken_back: int = 0
    broken: int = 0
    misunderstood: dict[str, int] = field(default_factory=dict)
    which: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """In words; ``which`` were lost or doubled only where there are any."""
        return ", ".join(
            f"{name} {value}" for name, value in asdict(self).items() if name != "which" or value
        )


def check(sessions: sessionmaker[Session], officers: Sequence[Officer], api: Server) -> Findings:
    found = Findings(deeds=sum(officer.done.count for officer in officers))
    with sessions() as session:
        _check_events(session, api, found)
        for officer in officers:
            _check_deeds(session, officer, found)
        _check_messages(session, api, found)
        found.broken += audit.check_chain(session) is not None
    return found


def bytes_missing(sessions: sessionmaker[Session], store: Any) -> int:
    """How many files have a row, and not the bytes that belong to it."""
    with sessions() as session:
        return sum(not store.intact(sha) for sha in session.scalars(select(StoredFile.sha256)))


def _check_events(session: Session, api: Server, found: Findings) -> None:
    """Every update that people made is in the inbox once, and had its turn."""
    made = Counter(str(update["update_id"]) for update in api.world.history)
    kept = Counter[str]()
    for external_id, status in session.execute(
        select(InboxEvent.external_id, InboxEvent.status).where(InboxEvent.channel == "telegram")
    ):
        kept[external_id.rpartition(":")[2]] += 1
        found.broken += status is not EventStatus.DONE
    found.events = sum(made.values())
    _compare(made, kept, found)


def _check_deeds(session: Session, officer: Officer, found: Findings) -> None:
    person = session.scalars(select(Person.id).where(Person.name == officer.name)).one()
    files = select(Evidence.name).join(EvidenceLink).where(Evidence.added_by_id == person)
    said = select(Explanation.text).where(Explanation.written_by_id == person)
    scored = select(SelfScore.inputs).where(SelfScore.scored_by_id == person)
    # One press may be about several that came together.
    acknowledged = (AuditEntry.action == "acknowledge_reminder", AuditEntry.person_id == person)
    noted = select(AuditEntry.event_id).where(*acknowledged).distinct()
    done = officer.done
    kept = list(session.scalars(files.order_by(Evidence.id)))
    _compare(Counter(done.files), Counter(kept), found)
    _order(done.files, kept, found)
    explained = list(session.scalars(said.order_by(Explanation.id)))
    _compare(Counter(done.explanations), Counter(explained), found)
    _order(done.explanations, explained, found)
    scores = [bool(i["answer"]) for i in session.scalars(scored.order_by(SelfScore.id))]
    _compare(*(Counter(f"{officer.name} {s}" for s in of) for of in (done.scores, scores)), found)
    found.inversions += len(scores) == len(done.scores) and scores != done.scores
    notices = len(session.scalars(noted).all())
    name = f"{officer.name} noted"
    _compare(Counter({name: len(done.notices)}), Counter({name: notices}), found)


def _check_messages(session: Session, api: Server, found: Findings) -> None:
    """Copies by the ref that a message's buttons carry, which no other message has."""
    copies: Counter[str] = Counter()
    firsts: defaultdict[int, list[str]] = defaultdict(list)
    for message in api.world.delivered:
        if ref := _ref(message):
            copies[ref] += 1
            if copies[ref] == 1:
                firsts[message["chat_id"]].append(ref)
    rows = {row.ref: row for row in session.scalars(select(OutboxMessage))}
    found.messages = len(api.world.delivered)
    notices = {ref for ref, row in rows.items() if row.kind is Kind.NOTICE}
    found.copies_of_notices = max((copies[ref] for ref in notices), default=0)
    found.copies_of_answers = max((copies[ref] for ref in rows.keys() - notices), default=0)
    found.answers_sent_twice = sum(copies[ref] > 1 for ref in rows.keys() - notices)
    for refs in firsts.values():
        for kind in (True, False):
            _ascending([rows[ref].id for ref in refs if (ref in notices) is kind], found)
    closed = (SendStatus.SENT, SendStatus.UNKNOWN)
    last: defaultdict[str, int] = defaultdict(int)
    for row in rows.values():
        if row.status in closed and row.kind is Kind.NOTICE:
            last[row.address] = max(last[row.address], row.id)
    for row in rows.values():
        overtaken = row.status is SendStatus.SUPERSEDED and row.id < last[row.address]
        found.taken_back += overtaken
        found.unsettled += row.status not in closed and not overtaken
    found.notices_unknown = sum(rows[r].status is SendStatus.UNKNOWN for r in notices)
    sent = [ref for ref, row in rows.items() if row.status is SendStatus.SENT and row.choices]
    unseen = [ref for ref in sent if copies[ref] == 0]
    found.lost += len(unseen)
    found.which += [f"sent, never seen: {rows[ref].name} {rows[ref].id}" for ref in unseen]
    names = Counter(row.name for row in rows.values())
    found.misunderstood = {n: c for n, c in names.items() if n not in UNDERSTOOD}


def _ref(message: dict[str, Any]) -> str:
    for row in message["buttons"]:
        for _, data in row:
            return str(data).partition(":")[0]
    return ""


def _compare(wanted: Counter[Any], kept: Counter[Any], found: Findings) -> None:
    found.lost += (wanted - kept).total()
    found.doubled += (kept - wanted).total()
    found.which += [f"lost {what}" for what in wanted - kept]
    found.which += [f"doubled {what}" for what in kept - wanted]


def _order(done: Sequence[str], kept: Sequence[str], found: Findings) -> None:
    places = {name: place for place, name in enumerate(done)}
    _ascending([places[name] for name in kept if name in places], found)


def _ascending(numbers: Iterable[int], found: Findings) -> None:
    found.inversions += sum(one > other for one, other in pairwise(numbers))
