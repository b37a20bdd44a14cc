"""The service manager hears that the bot is ready, alive and stopping; and no more that it is
alive once a part of it is stuck (X17, X18)."""

import asyncio
import os
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bot import sections, symptoms, systemd
from bot.channel import Pulse
from bot.cli import cli
from bot.config import Config
from bot.loop_watch import LoopWatch
from tests.bot_api import serve
from tests.faults.process import BotProcess


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The socket that systemd listens at."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "60000")
        monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
        yield listener


def heard(listener: socket.socket) -> list[str]:
    """All that was said up to now."""
    listener.setblocking(False)
    said = []
    try:
        while True:
            said.append(listener.recv(100).decode())
    except BlockingIOError:
        return said


def test_a_state_arrives(manager: socket.socket) -> None:
    systemd.notify("READY=1")
    assert manager.recv(100) == b"READY=1"


def test_an_abstract_address_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"cchc-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("\0" + name)
        listener.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name)
        systemd.notify("STOPPING=1")
        assert listener.recv(100) == b"STOPPING=1"


def test_without_a_service_manager_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    systemd.notify("READY=1")
    asyncio.run(systemd.keep_alive(lambda: True))


def test_the_watchdog_is_reset_only_while_all_is_well(manager: socket.socket) -> None:
    well = True

    async def work() -> tuple[list[str], list[str]]:
        nonlocal well
        task = asyncio.create_task(systemd.keep_alive(lambda: well))
        await asyncio.sleep(0.2)
        before, well = heard(manager), False
        await asyncio.sleep(0.05)
        heard(manager)
        await asyncio.sleep(0.1)
        task.cancel()
        return before, heard(manager)

    before, after = asyncio.run(work())
    assert set(before) == {"WATCHDOG=1"}
    assert len(before) >= 3
    assert after == []


def test_a_run_is_told_from_its_start_to_its_end(
    manager: socket.socket, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``cchc run`` as systemd runs it: the watchdog is that of the process itself."""
    monkeypatch.delenv("WATCHDOG_PID")
    with serve() as api:
        process = BotProcess(database_url, tmp_path, api.url)
        process.start()
        states = [manager.recv(100).decode() for _ in range(3)]
        assert process.stop() == 0
    states += heard(manager)

    assert (states[0], states[-1]) == ("READY=1", "STOPPING=1")
    assert set(states[1:-1]) == {"WATCHDOG=1"}


def test_the_unit_names_what_there_is() -> None:
    """Its settings are keys of the configuration, its commands are commands."""
    folder = Path(__file__).parent.parent.parent / "docs" / "systemd"
    unit = (folder / "cchc.service").read_text()
    for section, key in re.findall(r"CCHC_([A-Z]+)__([A-Z_]+)=", unit):
        fields = sections.keys(type(getattr(Config(), section.lower())))
        assert key.lower() in fields
    assert "Type=notify" in unit
    assert "ExecStart=/opt/cchc-bot/.venv/bin/cchc run" in unit
    assert " backup /var/backups" in (folder / "cchc-backup.service").read_text()
    assert {"run", "backup"} <= set(cli.list_commands(click.Context(cli)))


def test_a_blocked_loop_is_seen() -> None:
    async def work() -> tuple[float, float]:
        watch = LoopWatch()
        task = asyncio.create_task(watch.run())
        await asyncio.sleep(0.3)
        before = watch.lag
        time.sleep(0.8)
        await asyncio.sleep(0.3)
        task.cancel()
        return before, watch.lag

    before, after = asyncio.run(work())
    assert before < 0.4 < after


def test_a_channel_is_stuck_only_when_it_does_not_know_that_its_platform_is_away() -> None:
    now = time.monotonic()
    long_ago = now - 1000
    assert not symptoms.is_stuck(Pulse(last_good=now), long_ago)
    assert not symptoms.is_stuck(Pulse(last_good=long_ago, last_error="no route"), long_ago)
    assert symptoms.is_stuck(Pulse(last_good=long_ago), long_ago)
    assert symptoms.is_stuck(Pulse(), long_ago)
    assert not symptoms.is_stuck(Pulse(), now)
