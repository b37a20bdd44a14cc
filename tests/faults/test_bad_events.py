"""Events that break a handler, that nobody can read, that come twice or in the wrong order: they
harm nobody but themselves (I3, I11; X4, X5)."""

from collections import Counter

import pytest
from sqlalchemy import select, text

import handlers
from handlers.dialogue import Choice, Conversation, State, Turn, on_command
from models.evidence import EvidenceLink, Explanation
from models.inbox import EventStatus
from models.outbox import OutboxMessage
from models.people import Role
from tests.faults.stage import RECEIPT, Stage, eventually
from tests.papers import pdf

CALENDAR = "Lịch đợt đánh giá"
WORKED = "Anh/chị đã tham gia."
SORRY = (
    "Hệ thống chưa xử lý được nội dung anh/chị gửi lúc 10:05 thứ Ba, 03/11/2026 vì một lỗi của "
    "hệ thống; nội dung đã được lưu nguyên vẹn và quản trị viên đã được báo.\n"
    "Anh/chị có thể tiếp tục việc khác, hoặc gửi lại sau ít phút."
)
SECRET = "1234567890:AAtest-token-of-the-local-bot-api-server and what a person wrote"
# Once and three times again; a turn that was to share a commit runs again by itself.
FOUR_TIMES = range(4, 9)


class Fault:
    """A conversation that breaks, after it has said something, until it is mended."""

    def __init__(self) -> None:
        self.broken = True
        self.tries: Counter[str] = Counter()

    def always(self, turn: Turn) -> State | None:
        self.tries["always"] += 1
        turn.end("already_joined", [Choice("menu")])
        if self.broken:
            raise RuntimeError(SECRET)
        return None

    def twice(self, turn: Turn) -> State | None:
        self.tries["twice"] += 1
        turn.end("already_joined", [Choice("menu")])
        if self.tries["twice"] < 3:
            raise KeyError("not yet")
        return None

    def nonsense(self, turn: Turn) -> State | None:
        """The database says no, and it is not the database's fault."""
        self.tries["nonsense"] += 1
        turn.session.execute(text("SELECT nothing FROM nowhere"))
        return None


@pytest.fixture
def fault() -> Fault:
    return Fault()


@pytest.fixture
def conversations(fault: Fault) -> list[Conversation]:
    commands = {"always": fault.always, "twice": fault.twice, "nonsense": fault.nonsense}
    entries = [on_command(name, call) for name, call in commands.items()]
    return [*handlers.CONVERSATIONS, Conversation(name="broken", entry_points=entries)]


@pytest.mark.usefixtures("conversations")
def test_what_always_breaks_becomes_a_dead_letter_and_can_be_tried_again(
    stage: Stage, fault: Fault
) -> None:
    """X5: the sender is told, an admin is told, nobody else notices; after the repair it works."""
    an, binh = stage.officer(), stage.officer("Bình", "STC")
    admin = stage.officer("Quản trị", "SNV", Role.ADMIN)
    an.user.text("/always")
    an.user.text("/lich")
    binh.asks("/lich", CALENDAR)
    assert an.texts == []
    an.sees(CALENDAR)
    assert an.texts[0] == SORRY
    assert fault.tries["always"] in FOUR_TIMES
    told = admin.sees("▲ Có một nội dung chưa xử lý được (số 1)")
    assert "RuntimeError test_bad_events.py:" in told.text
    assert "what a person wrote" not in told.text
    listed = admin.asks("/loi", "▲ 1 nội dung chưa xử lý được")
    admin.user.press(listed, "Số 1")
    card = admin.sees("Đã thử lại 3 lần. Lỗi: RuntimeError")
    fault.broken = False
    admin.user.press(card, "Xử lý lại")
    admin.sees("✓ Nội dung số 1 đang được xử lý lại.")
    an.sees(WORKED)
    admin.sees("✓ Không có nội dung nào chưa xử lý được.")
    stage.settled()
    assert {status for status, _ in stage.events()} == {EventStatus.DONE}
    assert len(an.texts) == 3


@pytest.mark.usefixtures("conversations")
def test_a_letter_that_dies_again_is_told_again_and_can_be_left_with_a_reason(
    stage: Stage,
) -> None:
    an, admin = stage.officer(), stage.officer("Quản trị", "SNV", Role.ADMIN)
    an.asks("/always", SORRY)
    admin.sees("(số 1)")
    stage.clock.forward(hours=1)
    admin.user.press(admin.asks("/loi", "▲ 1 nội dung"), "Số 1")
    admin.user.press(admin.sees("Đã thử lại"), "Xử lý lại")
    eventually(lambda: an.texts.count(SORRY) == 2)
    eventually(lambda: len([text for text in admin.texts if "(số 1), nhận" in text]) == 2)
    admin.user.press(admin.asks("/loi", "▲ 1 nội dung"), "Số 1")
    admin.user.press(admin.sees("Đã thử lại", after=len(admin.texts) - 1), "Bỏ, nêu lý do")
    admin.sees("Bỏ nội dung số 1: vì sao?")
    admin.asks("chỉ là thử", "✓ Đã bỏ nội dung số 1; bản gốc vẫn được lưu.")
    assert stage.events()[0][0] is EventStatus.DROPPED


@pytest.mark.usefixtures("conversations")
def test_what_breaks_twice_is_done_once_in_its_turn(stage: Stage, fault: Fault) -> None:
    an = stage.officer()
    an.user.text("/twice")
    an.user.text("/lich")
    an.sees(CALENDAR)
    assert [text[:17] for text in an.texts] == [WORKED[:17], CALENDAR]
    assert fault.tries["twice"] == 3
    stage.settled()
    assert stage.events() == [(EventStatus.DONE, "")] * 2


@pytest.mark.usefixtures("conversations")
def test_a_handler_that_asks_the_database_nonsense_is_no_outage(
    stage: Stage, fault: Fault
) -> None:
    """It would be tried for ever, and nobody in that chat would be answered again."""
    an = stage.officer()
    an.user.text("/nonsense")
    an.user.text("/lich")
    an.sees(CALENDAR)
    assert an.texts[0] == SORRY
    assert fault.tries["nonsense"] in FOUR_TIMES


def test_updates_that_nobody_can_read_hold_nothing_up(stage: Stage) -> None:
    """Their admin hears of each; who sent one that shows a chat hears of it too."""
    an, admin = stage.officer(), stage.officer("Quản trị", "SNV", Role.ADMIN)
    chat = {"id": an.user.id, "type": "private"}
    stage.api.update(message="not an object")
    stage.api.update(callback_query={"id": "5", "from": {"id": an.user.id}, "data": 7})
    stage.api.update(message={"message_id": 9, "chat": chat, "document": {"file_name": "a.pdf"}})
    stage.api.update(my_chat_member={"chat": chat})
    an.asks("/lich", CALENDAR)
    admin.asks("/loi", "▲ 3 nội dung chưa xử lý được")
    assert [status for status, _ in stage.events()[:-1]].count(EventStatus.DEAD) == 3
    assert an.texts.count(SORRY) == 2


def test_updates_that_come_twice_or_in_the_wrong_order_act_once_and_in_order(
    stage: Stage,
) -> None:
    """X4: over a lost answer, a repeated batch, and again an hour later."""
    an = stage.officer()
    receipt = an.sends([("KH.pdf", pdf("KH"))], "1.1.1", RECEIPT)
    stage.api.fault("getUpdates", "reset", after=True)
    stage.api.fault("getUpdates", "reverse", skip=1)
    stage.api.fault("getUpdates", "duplicate", skip=2)
    an.user.text("/minhchung 1.1.2")
    an.user.press(an.sees("1.1.2", after=1), "Giải trình thay tài liệu")
    an.sees("Anh/chị giải trình vì sao")
    for text_ in ("Một lý do.", "/lich"):
        an.user.text(text_)
    an.sees(CALENDAR)
    an.user.press(receipt, "Gỡ tệp này")
    an.sees("✓ Đã gỡ")
    stage.settled()
    said = an.texts
    stage.clock.forward(hours=1)
    for update in list(stage.api.world.history):
        stage.api.repeat(update)
    stage.settled()
    assert an.texts == said
    with stage.sessions() as session:
        assert list(session.scalars(select(Explanation.text))) == ["Một lý do."]
        [link] = session.scalars(select(EvidenceLink))
        assert link.closed_at is not None
        messages = session.scalars(select(OutboxMessage.key)).all()
    assert len(messages) == len(set(messages)) == len(said)
