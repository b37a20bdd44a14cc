"""Officers who work all the time, and remember what they did: half of the ground truth. The other
half is what the Bot API server saw."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import conduct
from models.campaigns import Campaign, Step
from models.clock import wall_clock
from models.people import By, Role
from models.reminders.manners import MOST_A_DAY, Manners
from models.units import Unit, UnitKind
from tests.bot_api import Message, Server, User
from tests.faults.stage import bind
from tests.papers import pdf

CODES = ("1.1.1", "1.1.2", "1.1.3", "1.2.1", "1.3.1", "1.3.2", "1.4.1", "1.4.2", "1.5", "1.7.1")
YES_NO = ("2.2.2", "6.1.3")
SCORING = ("Chấm điểm", "Sửa số liệu")
FILES_A_LINE = 18  # Two officers may share a unit, and a line takes 40.
PATIENCE = 400.0  # While the bot is killed again and again it answers when it can.


@dataclass
class Deeds:
    """What an officer did, as far as Telegram took it, in that order."""

    files: list[str] = field(default_factory=list)
    explanations: list[str] = field(default_factory=list)
    scores: list[bool] = field(default_factory=list)
    notices: set[int] = field(default_factory=set)

    @property
    def count(self) -> int:
        return len(self.files + self.explanations + self.scores) + len(self.notices)


class Officer(threading.Thread):
    """Hands in files and albums, explains and scores lines in conversations of several steps,
    presses "Đã nắm" on notices, until told to stop."""

    def __init__(
        self, user: User, name: str, seed: int, stop: threading.Event, place: int = 0
    ) -> None:
        """``place``: the first or the second of the unit. They score and explain different lines:
        over a colleague's newer value everybody is asked first."""
        super().__init__(name=name, daemon=True)
        self._scores, self._explains = YES_NO[place], CODES[place::2]
        self.user, self._random, self._until = user, random.Random(seed), stop
        self.done = Deeds()
        self.failures: list[str] = []
        self._filed: Counter[str] = Counter()
        self._score_card: Message | None = None
        self._looked = 0

    def run(self) -> None:
        deeds = (self._hand_in, self._hand_in_album, self._explain, self._score, self._note)
        try:
            while not self._until.is_set():
                self._random.choices(deeds, weights=(40, 10, 20, 20, 10))[0]()
                self._until.wait(self._random.uniform(0.05, 1.0))
        except AssertionError as error:
            self.failures.append(str(error))

    def _hand_in(self) -> None:
        if code := self._line_with_room(1):
            name = self._new_file()
            self.user.document(name, pdf(name), caption=code)
            self.done.files.append(name)

    def _hand_in_album(self) -> None:
        count = self._random.choice((2, 3))
        if code := self._line_with_room(count):
            names = [self._new_file(more) for more in range(count)]
            self.user.album([(name, pdf(name)) for name in names], caption=code)
            self.done.files += names

    def _explain(self) -> None:
        """Open a line, choose the explanation, write it: the state must outlive the process."""
        card = self._after(
            lambda: self.user.text(f"/minhchung {self._random.choice(self._explains)}"),
            _offers("Giải trình thay tài liệu"),
        )
        self._after(lambda: self.user.press(card, "Giải trình thay tài liệu"), _says("giải trình"))
        text = f"Giải trình {self.name}-{len(self.done.explanations)}"
        self.user.text(text)
        self.done.explanations.append(text)

    def _score(self) -> None:
        """By buttons alone, once the line was found: its figures, then yes or no."""
        if self._score_card is None:
            status = self._after(lambda: self.user.text("/tinhtrang"), _offers("chưa chấm"))
            self._after(lambda: self.user.press(status, "chưa chấm"), _says("chưa chấm."))
            self._score_card = self._after(lambda: self.user.text(self._scores), _offers(*SCORING))
        card = self._score_card
        label = next(label for label in SCORING if _offers(label)(card))
        question = self._after(lambda: self.user.press(card, label), _offers("Có ("))
        answer = self._random.random() < 0.5
        wanted = "Có (" if answer else "Không ("

        def press() -> None:
            self.user.press(question, wanted)
            self.done.scores.append(answer)

        self._score_card = self._after(press, _offers("Sửa số liệu"))

    def _note(self) -> None:
        """The newest notice that was not noted yet."""
        for message in reversed(self.user.messages()[self._looked :]):
            if _offers("Đã nắm")(message) and message.id not in self.done.notices:
                self.user.press(message, "Đã nắm")
                self.done.notices.add(message.id)
                return

    def _after(self, deed: Callable[[], object], fits: Callable[[Message], bool]) -> Message:
        """Do something; the first message from then on that answers it."""
        seen = len(self.user.messages())
        deed()
        found = self.user.next_that(fits, seen, PATIENCE)
        assert found is not None, f"{self.name} waited in vain for {fits.__doc__}"
        return found

    def _new_file(self, more: int = 0) -> str:
        return f"{self.name}-{len(self.done.files) + more:04d}.pdf"

    def _line_with_room(self, count: int) -> str | None:
        codes = [code for code in CODES if self._filed[code] + count <= FILES_A_LINE]
        code = self._random.choice(codes) if codes else None
        self._filed[code or ""] += count
        return code


def _offers(*labels: str) -> Callable[[Message], bool]:
    """One of them at least, or a part of it."""

    def fits(message: Message) -> bool:
        return any(label in button.label for label in labels for button in message.buttons)

    fits.__doc__ = f"a button {labels}"
    return fits


def _says(words: str) -> Callable[[Message], bool]:
    def fits(message: Message) -> bool:
        return words in message.text

    fits.__doc__ = f"the words {words!r}"
    return fits


def hire(
    sessions: sessionmaker[Session], api: Server, count: int, chance: random.Random
) -> tuple[list[Officer], threading.Event]:
    """Focal officers of all departments and districts, bound, with the self-assessment open now;
    and what tells them to stop."""
    stop, now = threading.Event(), wall_clock()
    with sessions.begin() as session:
        open_self_assessment(session, now)
        # Whatever day and hour it is, notices go out.
        manners = Manners(time(), time(), free_days=False, a_day=MOST_A_DAY, pause_minutes=0)
        conduct.set_manners(session, By(now), manners)
        kinds = (UnitKind.DEPARTMENT, UnitKind.DISTRICT)
        codes = list(session.scalars(select(Unit.code).where(Unit.kind.in_(kinds))))
        codes.remove("SNV")  # It owns the campaign.
        officers = []
        for number in range(count):
            user = api.user(f"Officer{number}")
            unit = codes[number % len(codes)]
            bind(session, user, f"Officer{number}", unit, Role.FOCAL_OFFICER, wall_clock)
            seed = chance.randrange(1 << 32)
            officers.append(Officer(user, f"Officer{number}", seed, stop, number // len(codes)))
    return officers, stop


def open_self_assessment(session: Session, now: datetime) -> None:
    """And every other step as far from it as it is in the sample, whatever day it is today."""
    campaign = session.scalars(select(Campaign)).one()
    closes_at = now + timedelta(days=5)
    steps = {window.step: window for window in campaign.windows}
    ahead = closes_at - steps[Step.SELF_ASSESSMENT].closes_at
    for each in steps.values():
        each.closes_at += ahead
        each.opens_at = each.opens_at and each.opens_at + ahead
    window = (now - timedelta(days=5), closes_at)
    conduct.move(session, By(now), campaign, Step.SELF_ASSESSMENT, *window, "")
