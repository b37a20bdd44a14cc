"""A virus scanner is asked where there is one; where it is away, evidence is taken all the same
and marked (reliability.md 4). Over a real socket, with a stand-in that speaks clamd's language."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from bot.channel import Abilities, Attached, Incoming
from bot.clamd import Clamd
from bot.config import BadConfig, load
from bot.gauges import gather
from bot.kitchen import Kitchen
from bot.receiving import Reception
from bot.store import Store
from models import assessment, evidence
from models.files import Received, Scan, as_json, from_json
from models.people import By, Person, active_bindings
from models.refusals import Refusal
from tests.bench import Bench

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MOST = 1 << 20  # What the stand-in takes of a file, as StreamMaxLength does.


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack(">I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(size)
            if len(content) > MOST:
                writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        found = EICAR in content
        writer.write(b"stream: Eicar-Signature FOUND\0" if found else b"stream: OK\0")
    finally:
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(10)
    writer.close()


async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while await reader.read(1 << 16):
            pass
    writer.close()


@contextlib.asynccontextmanager
async def daemon(respond=answer, path: Path | None = None) -> AsyncIterator[str]:
    """A stand-in's address, for as long as the block runs."""
    if path is not None:
        server = await asyncio.start_unix_server(respond, str(path))
        address = f"unix:{path}"
    else:
        server = await asyncio.start_server(respond, "127.0.0.1", 0)
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield address
    finally:
        server.close()


def scan(file: Path, **stand_in: object) -> tuple[Scan, str]:
    async def run() -> tuple[Scan, str]:
        async with daemon(**stand_in) as address:
            return await Clamd(address).scan(file)

    return asyncio.run(run())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 300_000)
    return path


def test_what_the_daemon_says_is_taken_over(file: Path, tmp_path: Path) -> None:
    assert scan(file) == (Scan.CLEAN, "")
    assert scan(file, path=tmp_path / "socket") == (Scan.CLEAN, "")
    file.write_bytes(b"x" * 300_000 + EICAR)
    assert scan(file) == (Scan.INFECTED, "Eicar-Signature")


def test_a_daemon_that_is_away_or_has_had_enough_leaves_a_file_not_scanned(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.clamd.SECONDS", 0.3)
    nobody = (Scan.NOT_SCANNED, "")
    assert scan(file, respond=hang_up) == nobody
    assert scan(file, respond=say_nothing) == nobody
    file.write_bytes(bytes(8 << 20))
    assert scan(file) == nobody
    assert asyncio.run(Clamd("127.0.0.1:1").scan(file)) == nobody
    assert asyncio.run(Clamd(f"unix:{tmp_path}/none").scan(file)) == nobody


def test_without_an_address_nothing_is_asked(file: Path) -> None:
    assert asyncio.run(Clamd("").scan(file)) == (Scan.OFF, "")


@pytest.mark.parametrize("address", ["", "localhost:3310", "unix:/run/clamav/clamd.ctl"])
def test_an_address_is_a_host_with_a_port_or_a_socket(address: str) -> None:
    assert load(None, {"CCHC_CLAMD__ADDRESS": address}).clamd.address == address
    for wrong in ("localhost", "tcp://a:1", "a:b", "unix:"):
        with pytest.raises(BadConfig, match=r"clamd\.address"):
            load(None, {"CCHC_CLAMD__ADDRESS": wrong})


class Chat:
    """A channel as far as the reception knows one."""

    name = "test"
    abilities = Abilities()


def receive(tmp_path: Path, address: str, content: bytes) -> Received:
    async def run() -> Received:
        store, kitchen = Store(tmp_path / "store"), Kitchen()
        kept = store.keep_now([content], 1 << 20)
        reception = Reception(store, kitchen, {"test": Chat()}, Clamd(address))  # type: ignore
        try:
            incoming = Incoming("a.txt", kept.size, sha256=kept.sha256)
            [file] = await reception.receive("test", Attached((incoming,)), timedelta())
        finally:
            await kitchen.close()
        return file

    return asyncio.run(run())


def test_what_is_found_is_refused_with_its_name(tmp_path: Path) -> None:
    async def run() -> Received:
        async with daemon() as address:
            return await asyncio.to_thread(receive, tmp_path, address, EICAR)

    file = asyncio.run(run())
    assert file.refusal == Refusal("file_holds_virus", file="a.txt", found="Eicar-Signature")
    assert from_json(as_json(file)) == file


def test_evidence_that_was_not_scanned_shows_it(
    tmp_path: Path, bench: Bench, province: sessionmaker[Session]
) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    unseen = receive(tmp_path, "127.0.0.1:1", b"ke hoach")
    assert (unseen.refusal, unseen.scan) == (None, Scan.NOT_SCANNED)
    clean = Received("b.txt", 1, "0" * 64, "text/plain", scan=Scan.CLEAN)
    with province.begin() as session:
        person = session.get_one(Person, an.person_id)
        binding = active_bindings(session, person.id)[0]
        by = By(bench.clock(), person, binding)
        sheet = assessment.sheet_of(session, binding.unit_id)
        assert sheet is not None
        first = evidence.add(session, by, sheet, unseen)
        second = evidence.add(session, by, sheet, clean)
        third = evidence.add(session, by, sheet, "https://congbao.gov.vn")
        assert [(e.scan, e.scanned_at) for e in (first, second, third)] == [
            (Scan.NOT_SCANNED, None),
            (Scan.CLEAN, by.at),
            (Scan.OFF, None),
        ]
    with province() as session:
        counts = gather(session, bench.clock()).documents
    assert counts == {"not_scanned": 1, "clean": 1, "off": 1}
