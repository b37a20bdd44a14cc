"""The platform says no, not now, elsewhere, or nothing at all."""

from sqlalchemy import select, update

from models import inbox, outbox
from models.inbox import Arrival
from models.messages import Kind
from models.outbox import OutboxMessage, Recipient, SendStatus
from models.people import Role
from models.sending import SendingPause
from tests.bot_api.world import TOKEN
from tests.faults.crash_points.scenarios.registry import scenario, scenario_since
from tests.faults.crash_points.stage import PATIENCE, Stage
from tests.faults.stage import eventually, looking

MOVED_TO = 800_000_001


@scenario
def too_many_requests_and_then_success(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.api.fault("sendMessage", "429", retry_after=1)
    stage.begin()
    an.types("/menu")
    eventually(lambda: _paused(stage) or an.user.messages(), PATIENCE)
    stage.clock.forward(seconds=5)
    an.sees("CCHC 2026")


def _paused(stage: Stage) -> bool:
    with looking(stage.engine) as session:
        return session.scalars(select(SendingPause)).first() is not None


@scenario
def an_answer_of_the_platform_is_lost(stage: Stage) -> None:
    """It did arrive: an answer goes once more."""
    an = stage.officer("An", "STP")
    stage.api.fault("sendMessage", "502", after=True)
    stage.begin()
    an.types("/menu")
    an.sees("CCHC 2026")


@scenario
def a_chat_has_moved(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    new = stage.api.user("An", MOVED_TO)
    an.user.becomes("migrated", migrated_to=MOVED_TO)
    stage.begin()
    an.types("/menu")
    stage.rest()
    new.text("/lich")
    stage.rest()
    assert any("Lịch đợt" in message.text for message in new.messages())


@scenario_since("2026-11-11 07:30")
def a_reminded_person_has_blocked_the_bot(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    an.user.becomes("blocked")
    stage.begin()
    stage.falls_due("2026-11-11 08:00")


@scenario
def an_update_comes_twice(stage: Stage) -> None:
    """I3: it acts once."""
    an = stage.officer("An", "STP")
    stage.begin()
    an.types("/minhchung 1.1.1")
    an.sees("1.1.1")
    stage.rest()
    stage.api.repeat(stage.api.world.history[0])
    stage.rest()
    an.types("/lich")
    an.sees("Lịch đợt đánh giá")


@scenario
def an_event_that_nobody_can_read(stage: Stage) -> None:
    """It is set aside, its sender and the admin are told, it is tried again and left (I11)."""
    an, huy = stage.officer("An", "STP"), stage.officer("Huy", "SNV", Role.ADMIN)
    stage.begin()
    chat = {"id": an.user.id, "type": "private"}
    stage.api.update(message={"message_id": 99, "date": 0, "chat": chat, "document": "broken"})
    huy.types("/loi")
    huy.picks("Số ")
    huy.picks("Xử lý lại")
    huy.sees("1")


@scenario
def a_start_with_work_left_behind(stage: Stage) -> None:
    """An answer was on its way and an event was stored when the last run ended."""
    an, at = stage.officer("An", "STP"), stage.clock()
    with stage.sessions.begin() as session:
        to = Recipient("telegram", str(an.user.id))
        outbox.enqueue(session, "help", to=to, key="left", at=at, kind=Kind.ANSWER)
        session.execute(update(OutboxMessage).values(status=SendStatus.SENDING, attempts=1))
        chat = {"id": an.user.id, "type": "private"}
        body = {"update_id": 1, "message": {"message_id": 1, "chat": chat, "text": "/lich"}}
        name = f"{TOKEN.split(':')[0]}:1"
        inbox.store(session, [Arrival("telegram", name, str(an.user.id), body)], at)
    stage.begin(from_the_start=True)
    an.sees("Lịch đợt đánh giá")
