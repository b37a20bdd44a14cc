"""The kitchen's child may die, hang or swell: only the file it had in hand suffers (I11)."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot import kitchen
from bot.intake import Fault
from bot.kitchen import Kitchen, KitchenFailed, Verdict
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
        order = {"inspect": str(letter), "name": "a" * (40 << 20)}
        with pytest.raises(KitchenFailed):
            await made._inspector.do(order)
        assert await made.inspect(letter, "a.pdf") == FINE

    in_kitchen(work, memory=100 << 20)


def test_an_unknown_report_and_a_missing_file_are_said(tmp_path: Path) -> None:
    async def work(made: Kitchen) -> None:
        with pytest.raises(KitchenFailed):
            await made.cook("nothing", {})
        missing = await made.inspect(tmp_path / "missing", "a.pdf")
        assert missing.refusal == Refusal("file_not_checked", file="a.pdf")

    in_kitchen(work)


def test_an_idle_kitchen_has_no_child(letter: Path) -> None:
    async def work(made: Kitchen) -> None:
        assert made._inspector._process is None
        assert await made.inspect(letter, "a.pdf") == FINE
        process = made._inspector._process
        assert process is not None
        await asyncio.wait_for(process.wait(), 2)
        assert await made.inspect(letter, "a.pdf") == FINE

    in_kitchen(work, idle_seconds=0.01)


def child_of(made: Kitchen) -> int:
    process = made._inspector._process
    assert process is not None
    return process.pid
