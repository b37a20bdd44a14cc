"""A unit's quota is exact to the byte, also when fifty hand in at the same instant (T16)."""

import hashlib
import threading

import pytest
from sqlalchemy.orm import Session, sessionmaker

from models import assessment, evidence
from models.database import is_transient
from models.evidence import rules
from models.files import Received
from models.people import By, Person, active_bindings
from models.refusals import Refusal
from tests.bench import Bench

UPLOADS = 50
SIZE = 1_000


def handed(name: str, size: int = SIZE) -> Received:
    return Received(name, size, hashlib.sha256(name.encode()).hexdigest(), "application/pdf")


def in_parallel(bench: Bench, person_id: int, files: list[Received]) -> list[str]:
    """Each file handed in by a thread and a connection of its own; what became of each."""
    start, outcomes = threading.Barrier(len(files)), list[str]()

    def hand_in(file: Received) -> None:
        start.wait(30)
        while True:
            try:
                with bench.sessions.begin() as session:
                    add(session, bench, person_id, file)
            except Refusal as refusal:
                outcomes.append(refusal.name)
            except Exception as error:
                if is_transient(error):
                    continue
                outcomes.append(repr(error))
            else:
                outcomes.append("kept")
            return

    threads = [threading.Thread(target=hand_in, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def add(session: Session, bench: Bench, person_id: int, file: Received) -> None:
    binding = active_bindings(session, person_id)[0]
    by = By(bench.clock(), session.get_one(Person, person_id), binding)
    sheet = assessment.sheet_of(session, binding.unit_id)
    assert sheet is not None
    evidence.add(session, by, sheet, file)


def held(sessions: sessionmaker[Session], person_id: int) -> int:
    with sessions() as session:
        binding = active_bindings(session, person_id)[0]
        sheet = assessment.sheet_of(session, binding.unit_id)
        assert sheet is not None
        return rules.bytes_of_unit(session, sheet.id)


@pytest.fixture
def an(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> int:
    # As many bytes as 37 of the files have, and one byte less than 38 have.
    monkeypatch.setattr(rules, "BYTES_A_UNIT", 38 * SIZE - 1)
    officer = bench.officer("Nguyễn Văn An", "STP")
    assert officer.person_id is not None
    return officer.person_id


def test_of_fifty_uploads_at_once_exactly_those_that_fit_are_kept(bench: Bench, an: int) -> None:
    files = [handed(f"{n}.pdf") for n in range(UPLOADS)]
    outcomes = in_parallel(bench, an, files)
    assert outcomes == ["kept"] * 37 + ["unit_has_too_much"] * 13
    assert held(bench.sessions, an) == 37 * SIZE
    last = in_parallel(bench, an, [handed("rest.pdf", SIZE - 1), handed("one.pdf", 1)])
    assert held(bench.sessions, an) in {38 * SIZE - 1, 37 * SIZE + 1}
    assert last == ["kept", "unit_has_too_much"]


def test_the_same_bytes_from_fifty_count_once(bench: Bench, an: int) -> None:
    outcomes = in_parallel(bench, an, [handed("a.pdf", 38 * SIZE - 1)] * UPLOADS)
    assert outcomes == ["kept"] * UPLOADS
    assert held(bench.sessions, an) == 38 * SIZE - 1
