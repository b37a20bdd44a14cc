"""Who gets in and what a press may do: strangers, guessers, races, forgers, leavers (T1–T4, T8).

The seeds are fixed; CCHC_STRANGERS, CCHC_RACES, CCHC_TOKENS and CCHC_REPLAYS make the
runs longer."""

import itertools
import os
import random
import threading
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.channel import Attached, Edited, Press, Typed
from bot.deeds import Deed, Event, Handed
from bot.routing import read_token
from bot.telegram import reading
from bot.words import choices_on_screen
from models import audit, inbox, people, units
from models.audit import AuditEntry
from models.base import Base
from models.database import is_transient
from models.evidence import Evidence, EvidenceLink
from models.inbox import Arrival, EventStatus
from models.outbox import OutboxMessage
from models.people import Binding, By, Person, Role, WrongCode, invitations
from models.refusals import Refusal
from models.units import Unit
from tests.bench import BUTTONS, Bench, Officer
from tests.faults import figures
from tests.faults.strangers import updates

STRANGERS = int(os.environ.get("CCHC_STRANGERS", "1000"))
RACES = int(os.environ.get("CCHC_RACES", "1"))
TOKENS = int(os.environ.get("CCHC_TOKENS", "800"))
REPLAYS = int(os.environ.get("CCHC_REPLAYS", "150"))
SEED = 20261123
TRACES = {"inbox_event", "outbox_message", "chat", "audit_entry", "audit_head"}
SAID_TO_STRANGERS = {"stranger", "code_unusable"}


@pytest.fixture
def an(bench: Bench) -> Officer:
    return bench.officer("Nguyễn Văn An", "STP")


def rows(session: Session, without: set[str]) -> dict[str, int]:
    tables = [t for t in Base.metadata.sorted_tables if t.name not in without]
    return {t.name: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}


def content(session: Session) -> dict[str, list[object]]:
    """Everything that is not a trace of talking, to the last value."""
    tables = [t for t in Base.metadata.sorted_tables if t.name not in TRACES | {"account"}]
    return {t.name: sorted(map(repr, session.execute(select(t)))) for t in tables}


# T1


def test_strangers_change_nothing_and_are_told_no_name(bench: Bench, an: Officer) -> None:
    """Updates of all kinds; the bench answers them as Telegram's."""
    bench.dispatcher._abilities["telegram"] = BUTTONS
    an.types("/menu")
    tokens = [token for _, token in choices_on_screen(an.last)]
    with bench.sessions() as session:
        before = rows(session, TRACES | {"wrong_code"})
        audited = session.scalar(select(func.count()).select_from(AuditEntry))
        last = session.scalar(select(func.max(OutboxMessage.id)))
    given = [reading.arrival(1, update) for update in updates(STRANGERS, SEED, tokens)]
    for start in range(0, len(given), 100):
        with bench.sessions.begin() as session:
            for event in inbox.store(session, given[start : start + 100], bench.clock()):
                signal = reading.read(event.body)
                assert isinstance(signal, Attached | Edited | Press | Typed | None)
                if signal is None:
                    continue
                deed = Handed((), signal.caption) if isinstance(signal, Attached) else signal
                answer(bench, session, event.id, "telegram", event.address, deed)
    with bench.sessions() as session:
        assert rows(session, TRACES | {"wrong_code"}) == before
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == audited
        said = select(OutboxMessage).where(OutboxMessage.id > last)
        messages = list(session.scalars(said))
        names = [*session.scalars(select(Unit.name)), *session.scalars(select(Person.name))]
    assert len(messages) > STRANGERS / 3
    assert {message.name for message in messages} == SAID_TO_STRANGERS
    assert {message.address[0] for message in messages} <= set("123456789")  # No group is told.
    texts = {bench.words.letter(message).plain for message in messages}
    assert [name for name in names for text in texts if name in text] == []
    figures.note("T1", f"{len(given):,} updates: 0 rows besides the traces, 0 names told")


# T2


def test_who_guesses_codes_is_slowed_down_and_the_admins_hear_of_it_once(bench: Bench) -> None:
    admin = bench.officer("Quản trị", "SNV", Role.ADMIN)
    guesser = bench.stranger("guesser")
    chance = random.Random(SEED)
    for _ in range(40):
        guesser.types("".join(chance.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=26)))
        assert guesser.last.name == "code_unusable"
    assert [m.name for m in admin.messages] == ["many_wrong_codes"]
    code = invite(bench)
    guesser.types(code)
    assert guesser.last.name == "code_unusable"
    with bench.sessions() as session:
        assert session.scalar(select(func.count()).select_from(WrongCode)) == 5


def invite(bench: Bench) -> str:
    with bench.sessions.begin() as session:
        unit = units.by_code(session, "STP")
        assert unit is not None
        by = By(bench.clock())
        return invitations.invite(session, by, unit=unit, role=Role.FOCAL_OFFICER, name="An")


# T3


def test_of_twenty_accounts_that_accept_one_invitation_at_once_one_is_bound(
    bench: Bench,
) -> None:
    """A code that was forwarded: all have opened it, all press at the same instant."""
    for race in range(1, RACES + 1):
        code = invite(bench)
        crowd = [bench.stranger(f"account-{race}-{n}") for n in range(20)]
        for each in crowd:
            each.types(code)
        assert press_together(crowd, "join") == []
        heard = sorted(each.last.name.removeprefix("refusal.") for each in crowd)
        assert heard == ["code_unusable"] * 19 + ["joined"]
        with bench.sessions() as session:
            assert session.scalar(select(func.count()).select_from(Binding)) == race
            assert session.scalar(select(func.count()).select_from(Person)) == race
    figures.note("T3", f"{RACES:,} races of {len(crowd)} accounts: one is bound in each")


def press_together(crowd: Sequence[Officer], action: str) -> list[BaseException]:
    """Each presses their own button at the same instant; what broke, if anything did."""
    tokens = [each._token(action, None, None) for each in crowd]
    start, errors = threading.Barrier(len(crowd)), list[BaseException]()

    def press(officer: Officer, token: str) -> None:
        start.wait()
        while True:
            try:
                officer.presses(token)
            except Exception as error:
                if is_transient(error):
                    continue
                errors.append(error)
            return

    pairs = zip(crowd, tokens, strict=True)
    threads = [threading.Thread(target=press, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


# T4


def test_no_token_that_was_not_given_does_anything(bench: Bench, an: Officer) -> None:
    """Mutants of real tokens, and the real tokens of others, pressed by three kinds of people."""
    hoa = bench.officer("Hoa", "STC")
    left = bench.officer("Cũ", "STP")
    revoke(bench, left)
    stranger = bench.stranger()
    for text in ("/menu", "/minhchung 1.1.1", "/caidat", "/tinhtrang"):
        an.types(text)
    mine = [token for message in an.messages for _, token in choices_on_screen(message)]
    with bench.sessions() as session:
        before = content(session)
    pressing = [hoa, left, stranger]
    forged = [*mine, *mutated(mine, TOKENS)]
    press_all(bench, [(pressing[n % 3], token) for n, token in enumerate(forged)])
    heard = {message.name for each in pressing for message in each.messages}
    assert heard == {"refusal.press_unknown", "stranger"}
    given = {message.ref for message in an.messages}
    shaped = [t for t in forged if read_token(t)[0] not in given]
    count = len(an.messages)
    press_all(bench, [(an, token) for token in shaped[:300]])
    assert {message.name for message in an.messages[count:]} == {"refusal.press_unknown"}
    with bench.sessions() as session:
        assert content(session) == before
    figures.note("T4", f"{len(forged):,} forged or foreign presses: 0 changes")


def answer(
    bench: Bench, session: Session, id: int, channel: str, address: str, deed: Deed
) -> None:
    """A turn as the worker takes it, in a transaction that it shares."""
    at = bench.clock()
    event = Event(id, channel, address, deed, at, at)
    try:
        with session.begin_nested():
            bench.dispatcher.take(session, event)
    except Refusal as refusal:
        bench.dispatcher.refuse(session, event, refusal)
    inbox.settle(session, [id], EventStatus.DONE, at)


def press_all(bench: Bench, presses: Sequence[tuple[Officer, str]]) -> None:
    """Many presses in few transactions: what each may do is asked for each."""
    for start in range(0, len(presses), 200):
        with bench.sessions.begin() as session:
            for number, (officer, token) in enumerate(presses[start : start + 200], start):
                here = (officer.channel, officer.address)
                arrival = Arrival(here[0], f"{here[1]}-{number}", here[1], {"press": repr(token)})
                [event] = inbox.store(session, [arrival], bench.clock())
                answer(bench, session, event.id, *here, Press(token))


def mutated(tokens: list[str], count: int) -> Iterator[str]:
    chance = random.Random(SEED)
    signs = "ABCabc019_-:p/ é\u202e\x00"
    for _ in range(count):
        token = list(chance.choice(tokens))
        for _ in range(chance.choice((1, 1, 2, 3))):
            at = chance.randrange(len(token)) if token else 0
            match chance.randrange(4):
                case 0:
                    token[at : at + 1] = [chance.choice(signs)]
                case 1:
                    token.insert(at, chance.choice(signs))
                case 2:
                    del token[at : at + 1]
                case _:
                    token[-1:] = list(str(chance.randrange(1000)))
        yield "".join(token)


def test_old_buttons_pressed_again_and_again_touch_only_the_own_unit(
    bench: Bench, an: Officer
) -> None:
    for text in ("/menu", "/minhchung 1.1.1", "/tinhtrang 1.1.1", "/caidat"):
        an.types(text)
    an.sends(("KH-12.pdf", b"%PDF-1.4 mot"), caption="1.1.1")
    for choice in an.choices:
        an.picks(choice.action, choice.value)
    tokens = [token for message in an.messages for _, token in choices_on_screen(message)]
    assert len(tokens) > 30
    count = max(REPLAYS, 3 * len(tokens))
    random.Random(SEED).shuffle(tokens)
    again = itertools.islice(itertools.cycle(tokens), count)
    press_all(bench, [(an, token) for token in again])
    with bench.sessions() as session:
        acted = select(AuditEntry.person_id).where(AuditEntry.event_id.is_not(None)).distinct()
        assert set(session.scalars(acted)) == {an.person_id}
        assert session.scalar(select(func.count()).select_from(Evidence)) == 1
        still = select(EvidenceLink.line_id).where(EvidenceLink.closed_at.is_(None))
        lines = list(session.scalars(still))
        assert len(lines) == len(set(lines))
        assert audit.check_chain(session) is None
    figures.note("T4", f"{count:,} presses on old buttons: nothing of others is touched")


# T8


def revoke(bench: Bench, officer: Officer) -> None:
    with bench.sessions.begin() as session:
        for binding in people.active_bindings(session, officer.person_id or 0):
            people.end_binding(session, binding, "chuyển công tác", By(bench.clock()))


def test_a_leavers_presses_in_flight_come_too_late(bench: Bench, an: Officer) -> None:
    """Fifty events are stored before the role ends, and have their turn after it."""
    an.types("/minhchung 1.1.1")
    tokens = [token for _, token in choices_on_screen(an.last)]
    deeds: list[Press | Typed] = [Press(t) for t in tokens]
    deeds += [Typed("/menu"), Typed("Không phát sinh."), Typed("1.1.1")]
    revoke(bench, an)
    with bench.sessions() as session:
        before = content(session)
    for number in range(50):
        bench.take(an.channel, an.address, deeds[number % len(deeds)])
        assert an.last.name == "stranger"
    with bench.sessions() as session:
        assert content(session) == before
