"""A sample of the bent files that ``python -m tests.faults.mutants`` makes by the hundred thousand
(T10): each is kept or refused with a sentence, in time and within the memory."""

import asyncio

import pytest

from bot.intake import Fault
from tests.bot.samples import KEPT, REFUSED
from tests.faults.mutants import Mutant, mutants, run

SEED = 20261115


def test_a_seed_makes_the_same_mutants_again() -> None:
    first, again = list(mutants(50, 1)), list(mutants(50, 1))
    assert first == again
    assert first != list(mutants(50, 2))
    assert all(isinstance(mutant, Mutant) for mutant in first)


def test_the_corpus_shows_every_fault() -> None:
    assert {fault for _, fault in REFUSED.values()} == set(Fault)
    assert len(KEPT) + len(REFUSED) > 100


@pytest.mark.heavy
def test_a_thousand_mutants_are_judged_in_time_and_within_the_memory() -> None:
    figures = asyncio.run(run(1_000, SEED))
    assert figures.broken == [], f"seed {SEED}: {figures}"
    assert figures.count == 1_000
    assert figures.verdicts["kept"] < 900
