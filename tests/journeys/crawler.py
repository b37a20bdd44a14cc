"""Presses every button that a person can reach, and undoes each press behind itself.

All of it happens in one transaction: each step is a savepoint that is rolled back once what
follows from it has been looked at, so a revoked role or a removed file is there again.
"""

import contextlib
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Connection, select
from sqlalchemy.orm import sessionmaker

from bot.words import choices_on_screen
from models.assessment import Line
from models.catalogue.tables import Item, Method
from models.conversations import Chat
from models.messages import Choice
from models.outbox import OutboxMessage
from tests.bench import Bench, Officer
from tests.clock import TestClock

TEXT_LIMIT = 2000  # The shortest message of a platform without buttons.
LABEL_LIMIT = 60
# The last two stand on the first screen itself.
WAYS_BACK = {
    "menu", "back", "back_to_agency", "back_to_units", "score_later", "task", "tasks", "people",
    "decline_task", "evidence_open_again", "assign_tasks", "other_reviewer", "progress",
    "more", "settings",
}  # fmt: skip
# Buttons whose value is a line: what follows depends on the kind of its rule.
LINE_ACTIONS = {
    "line", "score", "score_line", "continue", "next_line", "change_figures", "explain",
    "evidence_line", "evidence_for", "evidence_next", "evidence_see",
}  # fmt: skip
BY_ITSELF = "(time)"  # Nobody did anything, so perhaps there is nothing to say.
ODD = re.compile(r"\{|\}|\bNone\b|  |\*\*| [,.;](?: |$)", re.MULTILINE)


@dataclass
class Crawler:
    """One person's way through all screens; ``noise`` is done once in every state."""

    bench: Bench
    connection: Connection
    officer: Officer
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    noise: Callable[["Crawler", str], None] | None = None
    screens: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    states: set[tuple[str, ...]] = field(default_factory=set)
    _pressed: set[tuple[str, ...]] = field(default_factory=set)
    _answered: set[tuple[str, bool]] = field(default_factory=set)
    _kinds: dict[str, str] = field(default_factory=dict)
    _beside: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.bench.sessions() as session:
            query = select(Line.id, Item.rule_kind).join(Line.item)
            self._kinds = {str(line): str(kind) for line, kind in session.execute(query)}
            # Points beside the 100 have screens of their own, though they are judged as others.
            codes = select(Line.id, Item.code).join(Line.item)
            beside = session.execute(codes.where(Item.method == Method.ADJUSTMENT))
            self._beside = {str(line): code for line, code in beside}
            self._kinds |= self._beside

    def explore(self, act: Callable[[], None], path: str) -> None:
        """Do it, look at what is said, press what that offers, and undo all of it."""
        with self.undone():
            said = self.do(act, path)
            for message in said:
                if path.endswith("]") and message.name.startswith("refusal."):
                    self.blame(path, f"is offered and then refused: {message.name}")
            self._disturb(path)
            for message in said:
                for choice, token in choices_on_screen(message):
                    if self._is_new(message, choice):
                        press = partial(self.officer.presses, token)
                        self.explore(press, f"{path} [{choice.action}]")

    def do(self, act: Callable[[], None], path: str) -> list[OutboxMessage]:
        """What was said to it, looked at."""
        before = self._newest()
        try:
            with words_missing() as missing:
                act()
                said = self._since(before)
                for message in said:
                    self._look(message, path)
        except Exception as error:
            self.blame(path, f"raises {type(error).__name__}: {str(error)[:200]}")
            return []
        self.problems += [f"{path}: {name}" for name in missing]
        if not said and path != BY_ITSELF:
            self.blame(path, "says nothing")
        elif not path.startswith(BY_ITSELF) and said and not self._leads_back(said):
            self.blame(path, f"no way back from {said[-1].name}")
        return said

    @contextlib.contextmanager
    def undone(self) -> Iterator[None]:
        savepoint = self.connection.begin_nested()
        try:
            yield
        finally:
            savepoint.rollback()

    def chat(self) -> Chat:
        with self.bench.sessions.begin() as session:
            found = session.scalars(
                select(Chat).filter_by(address=self.officer.address)
            ).one_or_none()
            return found or Chat(conversation="", state="", memory={})

    def _look(self, message: OutboxMessage, path: str) -> None:
        """Words in both languages, not too many of them."""
        self.screens.setdefault(message.name, path)
        for language in ("vi", "en"):
            letter = self.bench.words.letter(message, language)
            if not letter.plain.strip():
                self.blame(path, f"{message.name} is empty in {language}")
            if len(letter.plain) > TEXT_LIMIT:
                self.blame(path, f"{message.name} has {len(letter.plain)} signs in {language}")
            if found := ODD.search(letter.plain):
                around = letter.plain[max(found.start() - 30, 0) : found.end() + 30]
                self.blame(path, f"{message.name} reads oddly in {language}: {around!r}")
            for button in letter.buttons:
                if not 0 < len(button.label) <= LABEL_LIMIT:
                    self.blame(path, f"a label of {message.name}: {button.label!r}")

    def _leads_back(self, said: list[OutboxMessage]) -> bool:
        """On the screen itself, or on the one that still waits above it."""
        prompt_id = self.chat().prompt_id
        with self.bench.sessions() as session:
            above = session.get(OutboxMessage, prompt_id) if prompt_id else None
        if said[-1].name == "which_role":
            return True
        for message in (*said, *([above] if above else [])):
            if any(choice.action in WAYS_BACK for choice, _ in choices_on_screen(message)):
                return True
        return False

    def _disturb(self, path: str) -> None:
        chat = self.chat()
        place = f"{chat.conversation}.{chat.state}"
        beside = str(chat.memory.get("line", "")) in self._beside
        if (place, beside) not in self._answered:
            self._answered.add((place, beside))
            for text in self.answers.get(place, ()):
                self.explore(partial(self.officer.types, text), f"{path} «{text[:20]}»")
        # A state is the same for everybody; between conversations the roles tell people apart.
        state = (place, "" if chat.state else self.officer.address, str(self.bench.clock()))
        if self.noise is not None and state not in self.states:
            self.states.add(state)
            self.noise(self, path)

    def _is_new(self, message: OutboxMessage, choice: Choice) -> bool:
        variant = "" if choice.value[:1].isdigit() and choice.action != "act_as" else choice.value
        if choice.action in LINE_ACTIONS:
            variant = self._kinds.get(choice.value, "")
        if choice.action == "more":  # What is behind it depends on the role.
            variant = str(message.binding_id)
        key = (message.conversation, message.state, message.name, choice.action, variant)
        fresh = key not in self._pressed
        self._pressed.add(key)
        return fresh

    def blame(self, path: str, what: str) -> None:
        self.problems.append(f"{path}: {what}")

    def _newest(self) -> int:
        with self.bench.sessions() as session:
            query = select(OutboxMessage.id).order_by(OutboxMessage.id.desc()).limit(1)
            return session.scalar(query) or 0

    def _since(self, before: int) -> list[OutboxMessage]:
        here = (
            OutboxMessage.channel == self.officer.channel,
            OutboxMessage.address == self.officer.address,
            OutboxMessage.id > before,
        )
        with self.bench.sessions() as session:
            return list(session.scalars(select(OutboxMessage).where(*here)))


@contextlib.contextmanager
def one_transaction(connection: Connection, clock: TestClock) -> Iterator[Bench]:
    """A bench all of whose commits are savepoints of one transaction that is rolled back."""
    with connection.begin() as whole:
        mode = "create_savepoint"
        sessions = sessionmaker(connection, join_transaction_mode=mode, expire_on_commit=False)
        yield Bench(sessions, clock)
        whole.rollback()


@contextlib.contextmanager
def words_missing() -> Iterator[list[str]]:
    """The complaints of ``bot.words`` about names without words."""
    found: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: found.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("bot.words")
    logger.addHandler(handler)
    try:
        yield found
    finally:
        logger.removeHandler(handler)
