"""Whoever guesses invitations by the million finds none (T2).

Guesses are of all kinds: by chance, and as close to real codes as can be. The seed is fixed and
printed; CCHC_GUESSES makes the run longer (a million take about a minute and a half)."""

import os
import random
import time
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import units
from models.people import By, Invitation, Role, codes, invitations
from models.people.codes import hash_in, hash_of, seal
from tests.clock import TestClock
from tests.faults import figures
from tests.faults.stage import Stage

GUESSES = int(os.environ.get("CCHC_GUESSES", "20000"))
SEED = 20261124
OPEN = 300
ALARM, ALARM_SECONDS = "mã mời sai", 60.0
BATCH = 400


def test_the_admins_hear_of_guesses_within_a_minute(stage: Stage) -> None:
    """Live: from the first of a row of wrong codes to the alarm in an admin's chat."""
    admin, guesser = stage.officer("Quản trị", "SNV", Role.ADMIN), stage.stranger()
    chance = random.Random(SEED)
    began = time.monotonic()
    for _ in range(10):
        guesser.user.text("".join(chance.choices(codes.ALPHABET, k=26)))
    admin.sees(ALARM, seconds=ALARM_SECONDS)
    took = time.monotonic() - began
    stage.settled()
    figures.note("T2", f"the admins heard of guesses {took:.1f} s after the first")
    assert took <= ALARM_SECONDS
    assert sum(ALARM in said for said in admin.texts) == 1


def guesses(real: list[str], chance: random.Random) -> Iterator[str]:
    """Without end; none of them is a real code, however it is typed."""
    known = {seal(code) for code in real}
    while True:
        code = list(chance.choice(real))
        match chance.randrange(5):
            case 0:
                code = chance.choices(codes.ALPHABET, k=26)
            case 1:
                code[chance.randrange(26)] = chance.choice(codes.ALPHABET)
            case 2:
                first, second = chance.sample(range(26), 2)
                code[first], code[second] = code[second], code[first]
            case 3:
                code = [*code[13:], *code[:13]]
            case _:
                code = [*code[:13], *chance.choice(real)[13:]]
        if seal("".join(code)) not in known:
            yield "".join(code)


def opened(session: Session, batch: list[str]) -> list[Invitation]:
    hashes = [hash_in(seal(guess)) for guess in batch]
    return list(session.scalars(select(Invitation).where(Invitation.code_hash.in_(hashes))))


def test_no_guess_opens_an_invitation(province: sessionmaker[Session], clock: TestClock) -> None:
    chance = random.Random(SEED)
    with province.begin() as session:
        unit = units.by_code(session, "STP")
        assert unit is not None
        by = By(clock())
        real = [invitations.invite(session, by, unit=unit, role=Role.HEAD) for _ in range(OPEN)]
    with province() as session:
        # What is looked for can be found: the real ones open, in capitals or not.
        assert len(opened(session, [code.lower() for code in real])) == OPEN
        assert hash_in(seal(real[0])) == hash_of(real[0])
        guess = guesses(real, chance)
        for _ in range(0, GUESSES, BATCH):
            assert opened(session, [next(guess) for _ in range(BATCH)]) == []
    figures.note("T2", f"{GUESSES:,} guesses at {OPEN} open invitations: 0 hits, seed {SEED}")
