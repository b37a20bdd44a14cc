"""SIGKILL at random instants while officers talk and upload: nothing is lost, nothing is done
twice, conversations go on (X1; I1–I5). The seed is printed; CCHC_SEED repeats a run."""

import os
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import audit, conduct, inbox, units
from models.campaigns import Campaign, Step
from models.clock import wall_clock
from models.evidence import Evidence, EvidenceLink, Explanation
from models.files import StoredFile
from models.outbox import OutboxMessage, SendStatus
from models.people import Account, Binding, By, Person, Role
from tests.bot_api import Server, User, serve
from tests.faults.process import BotProcess
from tests.papers import pdf

KILLS = int(os.environ.get("CCHC_KILLS", "30"))
UNITS = ("STP", "STC", "SCT", "SXD", "SYT", "SNGV", "HTANYEN", "HYENTHE", "HLUCNAM", "TPBACGIANG")
CODES = ("1.1.1", "1.1.2", "1.1.3", "1.2.1", "1.3.1", "1.4.1")


@dataclass
class Deeds:
    """What an officer did, as far as Telegram took it: the ground truth."""

    files: list[str] = field(default_factory=list)
    explanations: list[str] = field(default_factory=list)


class Officer(threading.Thread):
    """Hands in files, and explains lines in a conversation of two steps, until told to stop."""

    def __init__(self, user: User, name: str, seed: int, stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self._user, self._random, self._until = user, random.Random(seed), stop
        self.done = Deeds()
        self.failures: list[str] = []

    def run(self) -> None:
        try:
            while not self._until.is_set():
                if self._random.random() < 0.7:
                    self._hand_in()
                else:
                    self._explain()
                self._until.wait(self._random.uniform(0.05, 0.6))
        except AssertionError as error:
            self.failures.append(str(error))

    def _hand_in(self) -> None:
        title = f"{self.name}-{len(self.done.files)}"
        code = self._random.choice(CODES)
        self._user.document(f"{title}.pdf", pdf(title), caption=code)
        self.done.files.append(f"{title}.pdf")

    def _explain(self) -> None:
        """Open a line, choose the explanation, write it: the state must outlive the process."""
        seen = len(self._user.messages())
        self._user.text(f"/minhchung {self._random.choice(CODES)}")
        card = self._message_offering("Giải trình thay tài liệu", seen)
        seen = len(self._user.messages())
        self._user.press(card, "Giải trình thay tài liệu")
        self._wait_for("giải trình", seen)
        text = f"Giải trình {self.name}-{len(self.done.explanations)}"
        self._user.text(text)
        self.done.explanations.append(text)

    def _message_offering(self, label: str, after: int):  # type: ignore[no-untyped-def]
        return self._poll(
            after, lambda m: any(label in button.label for button in m.buttons), label
        )

    def _wait_for(self, words: str, after: int) -> None:
        self._poll(after, lambda m: words in m.text, words)

    def _poll(self, after, fits, what):  # type: ignore[no-untyped-def]
        until = time.monotonic() + 60
        while time.monotonic() < until:
            for message in self._user.messages()[after:]:
                if fits(message):
                    return message
            time.sleep(0.05)
        raise AssertionError(f"{self.name} waited in vain for {what!r}")


@pytest.mark.heavy
@pytest.mark.timeout(300 + 10 * KILLS)
def test_nothing_is_lost_or_done_twice(
    province: sessionmaker[Session], database_url: str, tmp_path: Path
) -> None:
    seed = int(os.environ.get("CCHC_SEED", str(random.randrange(1 << 32))))
    print(f"\nseed {seed}, {KILLS} kills")
    chance = random.Random(seed)
    with serve() as api:
        officers = _officers(province, api, chance)
        bot = BotProcess(database_url, tmp_path, api.url)
        restarts = [bot.start()]
        for officer in officers:
            officer.start()
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.05, 1.5))
            bot.kill()
            restarts.append(bot.start())
        _let_finish(officers)
        _drain(province, api)
        assert bot.stop() == 0
        print(_figures(officers, restarts, api))
        assert [failure for officer in officers for failure in officer.failures] == []
        _check(province, officers, tmp_path)
        assert "Traceback" not in bot.log, bot.log[-3000:]


def _officers(
    sessions: sessionmaker[Session], api: Server, chance: random.Random
) -> list[Officer]:
    """Ten focal officers of ten units, bound, with the self-assessment open now."""
    stop, now, made = threading.Event(), wall_clock(), []
    with sessions.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        opens, closes = now - timedelta(days=5), now + timedelta(days=5)
        conduct.move(session, By(now), campaign, Step.SELF_ASSESSMENT, opens, closes, "")
        for number, code in enumerate(UNITS):
            user, name = api.user(code), f"Officer{number}"
            unit = units.by_code(session, code)
            assert unit is not None
            person = Person(name=name, created_at=now)
            session.add(person)
            session.flush()
            focal = Role.FOCAL_OFFICER
            session.add(Binding(person_id=person.id, unit_id=unit.id, role=focal, since=now))
            where = {"channel": "telegram", "address": str(user.id)}
            session.add(Account(person_id=person.id, bound_at=now, last_used_at=now, **where))
            made.append(Officer(user, name, chance.randrange(1 << 32), stop))
    return made


def _let_finish(officers: list[Officer]) -> None:
    officers[0]._until.set()
    for officer in officers:
        officer.join(timeout=90)


def _drain(sessions: sessionmaker[Session], api: Server) -> None:
    """Until every update is confirmed and processed and every answer has been sent."""
    until = time.monotonic() + 120
    open_statuses = (SendStatus.QUEUED, SendStatus.SENDING)
    while time.monotonic() < until:
        with sessions() as session:
            waiting = len(inbox.waiting(session))
            unsent = session.scalars(
                select(OutboxMessage.id).where(OutboxMessage.status.in_(open_statuses))
            ).all()
        if not api.state()["pending"] and not waiting and not unsent:
            return
        time.sleep(0.2)
    raise AssertionError("the backlog was not worked off")


def _check(sessions: sessionmaker[Session], officers: list[Officer], folder: Path) -> None:
    files = [name for officer in officers for name in officer.done.files]
    explanations = [text for officer in officers for text in officer.done.explanations]
    with sessions() as session:
        kept = list(session.scalars(select(Evidence.name).order_by(Evidence.id)))
        links = list(session.scalars(select(EvidenceLink.evidence_id)))
        said = list(session.scalars(select(Explanation.text)))
        stored = list(session.scalars(select(StoredFile.sha256)))
        broken = audit.check_chain(session)
        dead = inbox.dead(session)
    assert Counter(kept) == Counter(files), "evidence lost or doubled"
    assert len(links) == len(set(links)) == len(files), "a link lost or doubled"
    assert Counter(said) == Counter(explanations), "an explanation lost or doubled"
    assert (broken, dead) == (None, [])
    for officer in officers:
        mine = [name for name in kept if name in set(officer.done.files)]
        assert mine == officer.done.files, "the order within a chat"
    for digest in stored:
        assert (folder / "evidence" / digest[:2] / digest[2:4] / digest).is_file()


def _figures(officers: list[Officer], restarts: list[float], api: Server) -> str:
    files = sum(len(officer.done.files) for officer in officers)
    explained = sum(len(officer.done.explanations) for officer in officers)
    restarts.sort()
    p99 = restarts[min(len(restarts) - 1, int(len(restarts) * 0.99))]
    return (
        f"{files} files, {explained} explanations, {len(api.state()['delivered'])} messages, "
        f"ready again in {restarts[len(restarts) // 2]:.2f} s (median), {p99:.2f} s (p99)"
    )
