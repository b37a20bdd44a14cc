"""The kitchen's child may die, hang or swell: only the file it had in hand suffers (I11)."""

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot import kitchen
from bot.envelopes import Envelopes
from bot.intake import Fault
from bot.kitchen import Kitchen, KitchenFailed, Verdict
from bot.reports import REPORTS
from bot.store import Store
from bot.words import Words
from models.claiming import Claimed
from models.messages import Choice, Numbering, encode_choices
from models.people import Language
from models.refusals import Refusal
from tests.bot.corpus import archive, pdf


def in_kitchen(work: Callable[[Kitchen], Awaitable[None]], **settings: float) -> None:
    async def run() -> None:
        made = Kitchen(**settings)  # type: ignore[arg-type]
        try:
            await work(made)
        finally:
            await made.close()

    asyncio.run(run())


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter"
    path.write_bytes(pdf())
    return path


CIRCLES = """
import sys, bot.cooking, bot.intake
def circles(*_):
    while True: pass
bot.intake.inspect = circles
bot.cooking.serve(int(sys.argv[1]))
"""
FINE = Verdict("application/pdf")


def test_a_verdict_names_the_file_and_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "macros"
    path.write_bytes(archive({"[Content_Types].xml": "macroEnabled", "xl/workbook.xml": ""}))

    async def work(made: Kitchen) -> None:
        refusal = Refusal(Fault.MACROS.value, file="a.xlsx", instead=".xlsx")
        assert (await made.inspect(path, "a.xlsx")).refusal == refusal

    in_kitchen(work)


def test_a_killed_child_is_replaced(letter: Path) -> None:
    async def work(made: Kitchen) -> None:
        assert await made.inspect(letter, "a.pdf") == FINE
        os.kill(child_of(made), 9)
        assert await made.inspect(letter, "a.pdf") == FINE

    in_kitchen(work)


def test_a_child_that_hangs_costs_only_its_own_file(
    letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)  # Opening it waits for a writer who never comes.
    monkeypatch.setattr(kitchen, "INSPECT_SECONDS", 0.5)

    async def work(made: Kitchen) -> None:
        refused = Refusal("file_not_checked", file="b.pdf")
        verdicts = await asyncio.gather(
            made.inspect(letter, "a.pdf"), made.inspect(pipe, "b.pdf"), made.inspect(letter, "c")
        )
        assert [v.refusal for v in verdicts] == [None, refused, None]

    in_kitchen(work)


def test_a_child_that_cannot_get_memory_costs_only_its_own_file(letter: Path) -> None:
    async def work(made: Kitchen) -> None:
        assert await made.inspect(letter, "a.pdf") == FINE
        order = {"inspect": str(letter), "name": "a" * (60 << 20)}
        with pytest.raises(KitchenFailed):
            await made._inspector.do(order)
        assert await made.inspect(letter, "a.pdf") == FINE

    in_kitchen(work, inspect_memory=100 << 20)


def test_a_child_that_was_hit_hard_is_not_used_again(letter: Path) -> None:
    """T10: near its limit of memory; what it found still counts."""

    async def work(made: Kitchen) -> None:
        assert await made.inspect(letter, "a.pdf") == FINE
        assert (await made._inspector.do({"inspect": str(letter), "name": "a" * (40 << 20)}))[
            "fault"
        ] is None
        assert (made.inspector_pid, made.children) == (None, 1)
        assert made.most_memory > 80 << 20
        assert await made.inspect(letter, "a.pdf") == FINE
        assert made.children == 2

    in_kitchen(work, inspect_memory=160 << 20)


def test_a_child_that_never_ends_its_work_is_stopped_by_the_system(
    letter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Work that turns in circles costs one file some seconds of processor time."""

    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    before = usage.ru_utime + usage.ru_stime

    async def work(made: Kitchen) -> None:
        made._inspector.command = ("-c", CIRCLES)
        refusal = Refusal("file_not_checked", file="a.pdf")
        assert (await made.inspect(letter, "a.pdf")).refusal == refusal
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert (usage.ru_utime + usage.ru_stime - before < 4, made.children) == (True, 1)

    in_kitchen(work)


def test_an_unknown_report_and_a_missing_file_are_said(tmp_path: Path) -> None:
    async def work(made: Kitchen) -> None:
        with pytest.raises(KitchenFailed):
            await made.cook("nothing", {})
        missing = await made.inspect(tmp_path / "missing", "a.pdf")
        assert missing.refusal == Refusal("file_not_checked", file="a.pdf")

    in_kitchen(work)


def test_an_idle_kitchen_has_no_child(letter: Path) -> None:
    async def work(made: Kitchen) -> None:
        assert made._inspector.process is None
        assert await made.inspect(letter, "a.pdf") == FINE
        process = made._inspector.process
        assert process is not None
        await asyncio.wait_for(process.wait(), 2)
        assert await made.inspect(letter, "a.pdf") == FINE

    in_kitchen(work, idle_seconds=0.01)


def test_a_child_that_was_started_ahead_makes_the_first_report() -> None:
    """The sentences are read and openpyxl is there when the workbook is asked for."""

    async def work(made: Kitchen) -> None:
        warming = made.warm("workbook")
        assert warming is not None
        assert made.warm("workbook") is None  # It is starting already.
        await warming
        assert made.warm("workbook") is None
        child = made._cook.process
        with pytest.raises(KitchenFailed):
            await made.cook("workbook", {})
        assert (made._cook.process, made._cook.starts) == (child, 1)

    in_kitchen(work)


def test_a_child_that_cannot_be_started_ahead_disturbs_nobody() -> None:
    async def work(made: Kitchen) -> None:
        made._cook.command = ("-c", "pass")
        warming = made.warm("workbook")
        assert warming is not None
        await warming

    in_kitchen(work)


def test_a_message_that_offers_the_workbook_starts_its_child(tmp_path: Path) -> None:
    """And no other does: who is told something else costs no process."""

    async def work(made: Kitchen) -> None:
        envelopes = Envelopes(None, Words(), Store(tmp_path), made)  # type: ignore[arg-type]
        envelopes.letter(offering("status"))
        assert made._cook._warming is None
        envelopes.letter(offering("workbook"))
        assert made._cook._warming is not None
        await made._cook._warming
        assert made._cook.starts == 1

    in_kitchen(work)


def offering(action: str) -> Claimed:
    return Claimed(
        id=1,
        ref="x",
        channel="test",
        address="a",
        name="workbook_set_aside",
        values={},
        holds_secret=False,
        choices=encode_choices([Choice(action)]),
        always=[],
        page=0,
        enclosure=None,
        numbering=next(iter(Numbering)),
        attempts=0,
        language=Language.VIETNAMESE,
    )


def child_of(made: Kitchen) -> int:
    assert made.inspector_pid is not None
    return made.inspector_pid


def test_a_workbook_needs_no_numpy_and_a_picture_still_has_it() -> None:
    """A child holds 18 MB less, and its first workbook comes sooner."""
    code = (
        "import sys; from bot.reports import load; load('workbook');"
        "print('numpy' in sys.modules); load('rehearsal_picture'); import matplotlib.figure;"
        "print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert done.stdout.decode().split() == ["False", "True"]


@pytest.mark.parametrize("report", sorted(REPORTS))
def test_what_makes_a_report_knows_no_database_and_no_event_loop(report: str) -> None:
    """A child that was just started has its first file within a second: what it loads counts."""
    code = f"import sys, bot.cooking, bot.reports.{report}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    heavy = {"sqlalchemy", "asyncio", "aiohttp", "telegram", "models.inbox"}
    assert heavy & set(loaded.stdout.decode().split()) == set()
