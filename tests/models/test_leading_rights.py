"""Who leads a campaign chases, writes to many, sets ladders, extends and records; nobody else
does (T6, I8): done where the policy allows it, or refused and nothing left."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import broadcasts, chasing, conduct, milestones, policy, signatories
from models.audit import AuditEntry
from models.broadcasts import Broadcast, BroadcastRecipient, Segment, SegmentKind
from models.campaigns import Extension, Step
from models.chasing import ChaseRung, Escalation
from models.milestones import Act, Milestone, Paper
from models.outbox import OutboxMessage, SendStatus
from models.people import Account, By, Role
from models.policy import Action
from models.reminders import Manners, Schedule
from tests.clock import at
from tests.models.deeds import LATE, NOW, UNITS, World, hears

UNTIL = at("2026-11-21 00:00")


class Led(World):
    """A world in which there is something to chase, to send, to acknowledge, to take back."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.lan = self.by("SNV", Role.COORDINATOR, "Lan")
        second = self.by("SNV", Role.REVIEWER, "Người thẩm định 2")
        yen = self.by("SYT", Role.FOCAL_OFFICER, "Yến")
        for by in (self.lan, self.reviewer, second, yen):
            assert by.person_id is not None
            times = {"bound_at": NOW, "last_used_at": NOW}
            name = f"chat {by.person_id}"
            session.add(Account(channel="test", address=name, person_id=by.person_id, **times))
        session.flush()
        late = replace(self.lan, at=LATE)
        self.letter = chasing.draft_letter(session, late, self.campaign, [self.sheet])
        milestones.record(session, By(NOW), self.campaign, Act.COUNCIL, Paper())
        segment = Segment(SegmentKind.ROLE, Role.REVIEWER.value)
        self.waiting = broadcasts.draft(session, self.lan, self.campaign, segment, "Họp 08:00")
        self.sent = broadcasts.draft(session, self.lan, self.campaign, segment, "Họp 14:00")
        broadcasts.ask_acknowledgement(session, self.lan, self.sent, True)
        broadcasts.confirm(session, self.lan, self.sent, self.mark(self.lan))
        theirs = (
            BroadcastRecipient.broadcast_id == self.sent.id,
            BroadcastRecipient.person_id == self.reviewer.person_id,
        )
        self.recipient = session.scalars(select(BroadcastRecipient).where(*theirs)).one()
        there = OutboxMessage.key == self.recipient.message_key  # The other's still waits.
        session.scalars(select(OutboxMessage).where(there)).one().status = SendStatus.SENT
        session.flush()

    def mark(self, by: By) -> str:
        """Of those whom ``by`` would write to: the sender is not among them."""
        segment = Segment(SegmentKind.ROLE, Role.REVIEWER.value)
        found = broadcasts.select_people(self.session, self.campaign, segment, by)
        return broadcasts.seen_mark(found)

    def nudge(self, by: By) -> object:
        seen = chasing.prepare(self.session, self.campaign, by.at).mark
        return chasing.nudge(self.session, by, self.campaign, seen)


def late(by: By) -> By:
    return replace(by, at=LATE)


Deed = Callable[[Led, By], object]
DEEDS: dict[str, tuple[Action, Deed]] = {
    "urge": (Action.CHASE, lambda w, by: w.nudge(by)),
    "urge upward": (
        Action.CHASE,
        lambda w, by: chasing.take_rung(w.session, late(by), w.sheet, ChaseRung.LIST),
    ),
    "draft letter": (
        Action.CHASE,
        lambda w, by: chasing.draft_letter(w.session, late(by), w.campaign, [w.sheet]),
    ),
    "record letter": (
        Action.CHASE,
        lambda w, by: chasing.record_letter(
            w.session, late(by), w.letter, "215/SNV-CCHC", at("2026-11-16 08:00").date()
        ),
    ),
    "draft broadcast": (
        Action.BROADCAST,
        lambda w, by: broadcasts.draft(
            w.session, by, w.campaign, Segment(SegmentKind.ROLE, Role.HEAD.value), "Họp"
        ),
    ),
    "rewrite broadcast": (
        Action.BROADCAST,
        lambda w, by: broadcasts.rewrite(w.session, by, w.waiting, "Họp 15:00"),
    ),
    "send broadcast": (
        Action.BROADCAST,
        lambda w, by: broadcasts.confirm(w.session, by, w.waiting, w.mark(by)),
    ),
    "drop broadcast": (
        Action.BROADCAST,
        lambda w, by: broadcasts.drop(w.session, by, w.waiting),
    ),
    "cancel broadcast": (
        Action.BROADCAST,
        lambda w, by: broadcasts.cancel(w.session, by, w.sent),
    ),
    "chase broadcast": (
        Action.BROADCAST,
        lambda w, by: broadcasts.chase(w.session, by, w.sent, 1),
    ),
    "acknowledge broadcast": (
        Action.ANSWER_BROADCAST,
        lambda w, by: broadcasts.acknowledge(w.session, by, w.recipient),
    ),
    "set ladder": (
        Action.RUN_CAMPAIGN,
        lambda w, by: conduct.set_ladder(
            w.session, by, w.campaign, "self_assessment", Schedule(weeks=1)
        ),
    ),
    "set manners": (
        Action.MANAGE_SENDING,
        lambda w, by: conduct.set_manners(w.session, by, Manners(a_day=2)),
    ),
    "extend several": (
        Action.RUN_CAMPAIGN,
        lambda w, by: conduct.extend_units(
            w.session,
            by,
            w.campaign,
            [w.unit("STP"), w.unit("STC")],
            Step.SELF_ASSESSMENT,
            UNTIL,
            "bão",
        ),
    ),
    "record act": (
        Action.RUN_CAMPAIGN,
        lambda w, by: milestones.record(w.session, by, w.campaign, Act.ROUND_1, Paper()),
    ),
    "take act back": (
        Action.RUN_CAMPAIGN,
        lambda w, by: milestones.take_back(w.session, by, w.campaign, Act.COUNCIL),
    ),
    "say who signs": (
        Action.RUN_CAMPAIGN,
        lambda w, by: signatories.choose(w.session, by, w.unit("SNV"), "KT. Giám đốc"),
    ),
}


@pytest.fixture
def led(province: sessionmaker[Session]) -> Iterator[Led]:
    with province() as session:
        yield Led(session)
        session.rollback()


def rows(session: Session) -> tuple[int, ...]:
    tables = (AuditEntry, Broadcast, Escalation, Extension, Milestone, OutboxMessage)
    counts = [select(func.count()).select_from(table).scalar_subquery() for table in tables]
    return tuple(session.execute(select(*counts)).one())


def right(led: Led, by: By, action: Action) -> bool:
    things = {Action.ANSWER_BROADCAST: led.recipient, Action.MANAGE_SENDING: None}
    thing: policy.Thing = things.get(action, led.campaign)
    return policy.why_not(led.session, by, action, thing) is None


def test_every_deed_of_who_leads_asks_the_policy_by_itself(led: Led) -> None:
    """Roles × units × deeds."""
    actors = {(r, u): led.by(u, r, f"{r} {u}") for r in Role for u in UNITS}
    actors |= {("who was written to", "SNV"): led.reviewer}  # type: ignore[dict-item]
    surprises, done = [], set()
    for name, (action, deed) in DEEDS.items():
        for who, by in actors.items():
            heard = hears(led, deed, by, rows)  # type: ignore[arg-type]
            done |= {name} if heard is None else set()
            if (heard is None) != right(led, by, action):
                surprises.append((name, who, heard))
    assert surprises == []
    assert done == set(DEEDS)  # Each is possible, for somebody.


def test_nobody_whose_role_has_ended_does_any_of_it(led: Led) -> None:
    assert led.lan.binding is not None
    led.lan.binding.ended_at = NOW
    led.session.flush()
    heard = {hears(led, deed, led.lan, rows) for _, deed in DEEDS.values()}  # type: ignore[arg-type]
    assert heard <= {"role_ended", "not_your_role"}
