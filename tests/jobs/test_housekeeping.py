"""Codes that were shown lie in the database only as long as they are of use."""

from sqlalchemy import select

from jobs.housekeeping import blank_old_secrets
from models import outbox
from models.messages import BLANK, Part, Secret, decode, encode, holds_secret
from models.outbox import OutboxMessage, SendStatus
from models.people import Role
from tests.bench import Bench, Officer


def shown(officer: Officer) -> str:
    return officer.bench.words.letter(officer.messages[-1]).plain


def settle(bench: Bench) -> None:
    with bench.sessions.begin() as session:
        for message in session.scalars(select(OutboxMessage)):
            message.status, message.settled_at = SendStatus.SENT, bench.clock()


def test_a_page_shows_a_code_again_until_it_has_expired(bench: Bench) -> None:
    chi = bench.officer("Lê Thị Chi", "SNV", Role.ADMIN)
    chi.types("/dangnhap")
    settle(bench)
    link = shown(chi).splitlines()[1]
    assert link.startswith("https://cchc.test/start/")

    bench.clock.forward(hours=71)
    assert blank_old_secrets(bench.sessions, bench.clock) == 0
    assert link in shown(chi)

    bench.clock.forward(hours=1)
    assert blank_old_secrets(bench.sessions, bench.clock) == 1
    assert shown(chi).splitlines()[1] == BLANK
    assert link not in str([m.values for m in chi.messages])
    assert blank_old_secrets(bench.sessions, bench.clock) == 0


def test_what_was_not_sent_keeps_its_code(bench: Bench) -> None:
    """A platform may be away for days."""
    chi = bench.officer("Lê Thị Chi", "SNV", Role.ADMIN)
    chi.types("/dangnhap")
    bench.clock.forward(days=9)
    assert blank_old_secrets(bench.sessions, bench.clock) == 0


def test_many_are_blanked_in_batches(bench: Bench) -> None:
    chi = bench.officer("Lê Thị Chi", "SNV", Role.ADMIN)
    with bench.sessions.begin() as session:
        for number in range(250):
            to = outbox.Recipient("test", chi.address)
            values = {"link": Secret("s"), "minutes": 15}
            outbox.enqueue(
                session, "log_in_link", values, to=to, key=str(number), at=bench.clock()
            )
    settle(bench)
    bench.clock.forward(hours=72)
    assert blank_old_secrets(bench.sessions, bench.clock) == 250


def test_every_screen_with_a_code_marks_it_as_secret(bench: Bench) -> None:
    """Invitation, hand-over, log-in link, and the upload link: no code is plain text."""
    chi = bench.officer("Lê Thị Chi", "SNV", Role.ADMIN)
    bench.officer("Nguyễn Văn An", "STP")
    chi.types("/moi")
    chi.types("STP")
    chi.picks("in_role", "deputy")
    chi.types("Trần Thị Bình")
    chi.sees("invitation_made")
    chi.types("/danhba")
    chi.types("STP")
    chi.picks("binding")
    chi.picks("log_in_for")
    chi.picks("binding")
    chi.picks("hand_over")
    chi.types("Phạm Ba")
    chi.picks("confirm_hand_over")
    names = [message.name for message in chi.messages if message.holds_secret]
    assert names == ["invitation_made", "log_in_link_for", "role_handed_over_new"]
    for message in chi.messages:
        values = {k: v for k, v in message.values.items() if not holds_secret(v)}
        assert "/start/" not in str(values)


def test_a_secret_stays_one_when_its_message_is_said_again() -> None:
    values = {"notes": [Part("upload_instead", url=Secret("x"))], "none": Secret("")}
    stored = encode(values)
    assert stored["none"] == ""
    assert encode(decode(stored)) == stored
    assert (holds_secret(stored), holds_secret(encode({"none": Secret("")}))) == (True, False)
