"""The kitchen: work on hostile or heavy things, in child processes with limits.

A child is started when it is first needed, or a little before (``warm``), stays warm, and goes
when nothing came for a while, so that an idle bot stays small. One that dies or hangs is replaced
and harms only the file it had in hand (I11). Talk with it is JSON over pipes; the child's side is
``bot.cooking``.
"""

import asyncio
import base64
import contextlib
import json
import logging
import os
import struct
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.cooking import packed
from bot.intake.finding import OPAQUE
from models.messages import encode
from models.refusals import Refusal

logger = logging.getLogger(__name__)

INSPECT_SECONDS = 8  # On the wall, where a slow disk counts; see bot.cooking.
COOK_SECONDS = 60
IDLE_SECONDS = 120
INSPECT_MEMORY = 256 << 20
MEMORY = 512 << 20
WORN_SHARE = 0.5  # A child that came so near to a limit is not used again.
FRESH_SECONDS = 0.3  # One that ends within these was dead when the order came.


@dataclass(frozen=True)
class Verdict:
    """What a stored file is, and why it may not be kept as evidence, if it may not."""

    media_type: str
    refusal: Refusal | None = None


class KitchenFailed(Exception):
    """A piece of work could not be done: the child died, hung or found no way."""


class Kitchen:
    def __init__(
        self,
        *,
        idle_seconds: float = IDLE_SECONDS,
        memory: int = MEMORY,
        inspect_memory: int = INSPECT_MEMORY,
    ) -> None:
        self._inspector = _Helper(INSPECT_SECONDS, idle_seconds, inspect_memory)
        self._cook = _Helper(COOK_SECONDS, idle_seconds, memory)

    async def inspect(self, path: Path, name: str) -> Verdict:
        """Look at a stored file. One that cannot be looked at is refused, not kept unseen."""
        try:
            found = await self._inspector.do({"inspect": str(path.absolute()), "name": name})
        except KitchenFailed as error:
            logger.warning("a file could not be inspected: %s", error)
            return Verdict(OPAQUE, Refusal("file_not_checked", file=name))
        fault = found["fault"]
        refusal = Refusal(fault, file=name, **found["values"]) if fault else None
        return Verdict(found["media_type"], refusal)

    async def read_workbook(self, path: Path) -> dict[str, Any] | None:
        """What stands in a workbook of ours; None for any other file. Raises KitchenFailed."""
        found: dict[str, Any] | None
        found = (await self._inspector.do({"workbook": str(path.absolute())}))["found"]
        return found

    async def cook(self, report: str, values: Mapping[str, Any]) -> bytes:
        """The bytes of ``bot.reports.REPORTS[report]`` for ``values``. Raises KitchenFailed."""
        done = await self._cook.do({"cook": report, "values": encode(values)})
        return base64.b64decode(done["bytes"])

    def warm(self, report: str) -> "asyncio.Task[None] | None":
        """Somebody may ask for this report next: its child starts now. None if there is one."""
        return self._cook.warm({"warm": report})

    @property
    def children(self) -> int:
        """How many children have inspected files so far."""
        return self._inspector.starts

    @property
    def most_memory(self) -> int:
        """The most bytes that any of these children held."""
        return self._inspector.most_memory

    @property
    def inspector_pid(self) -> int | None:
        """The process that inspects files; None while there is none."""
        process = self._inspector.process
        return process.pid if process else None

    async def close(self) -> None:
        await self._inspector.close()
        await self._cook.close()


class _Helper:
    """One child process, one piece of work at a time."""

    def __init__(self, seconds: float, idle_seconds: float, memory: int) -> None:
        self._seconds = seconds
        self._idle_seconds = idle_seconds
        self._memory = memory
        self.process: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()
        self._rest: asyncio.TimerHandle | None = None
        self._warming: asyncio.Task[None] | None = None
        self.command: tuple[str, ...] = ("-m", "bot.cooking")
        self.starts = 0
        self.most_memory = 0

    async def do(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Raises KitchenFailed. A child that was found dead is no fault of this order."""
        async with self._lock:
            self._keep_awake()
            for attempt in (1, 2):
                began = time.monotonic()
                try:
                    answer = await self._ask(order)
                    break
                except TimeoutError as error:
                    await self._stop()
                    raise KitchenFailed("the child hung") from error
                except (asyncio.IncompleteReadError, ConnectionError, OSError) as error:
                    await self._stop()
                    if attempt == 2 or time.monotonic() - began > FRESH_SECONDS:
                        raise KitchenFailed("the child died") from error
                except BaseException:
                    # Whoever waited is gone: the answer would be taken for the next order's.
                    await self._stop()
                    raise
            held, spent = answer.pop("held"), answer.pop("spent")
            self.most_memory = max(self.most_memory, held)
            if held > WORN_SHARE * self._memory or spent > WORN_SHARE:
                await self._stop()
            else:
                loop = asyncio.get_running_loop()
                self._rest = loop.call_later(self._idle_seconds, self._leave)
        if "failed" in answer:
            raise KitchenFailed(answer["failed"])
        return answer

    def warm(self, order: Mapping[str, Any]) -> "asyncio.Task[None] | None":
        """Start a child with this order, unless there is one; nobody waits for it."""
        is_starting = self._warming is not None and not self._warming.done()
        if is_starting or self._lock.locked() or self._is_running():
            return None
        self._warming = asyncio.create_task(self._start_with(order), name="warming")
        return self._warming

    async def close(self) -> None:
        if self._warming is not None:
            self._warming.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._warming
        async with self._lock:
            self._keep_awake()
            await self._stop()

    async def _start_with(self, order: Mapping[str, Any]) -> None:
        try:
            await self.do(order)
        except KitchenFailed as error:
            logger.warning("a child could not be started ahead: %s", error)

    def _is_running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def _ask(self, order: Mapping[str, Any]) -> dict[str, Any]:
        process = self.process
        if process is None or not self._is_running():
            process = self.process = await self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        async with asyncio.timeout(self._seconds):
            process.stdin.write(packed(order))
            await process.stdin.drain()
            (length,) = struct.unpack(">I", await process.stdout.readexactly(4))
            answer: dict[str, Any] = json.loads(await process.stdout.readexactly(length))
        return answer

    async def _start(self) -> asyncio.subprocess.Process:
        self.starts += 1
        # The child has no use for tokens or database addresses.
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CCHC_")}
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *self.command,
            str(self._memory),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment | {"OPENPYXL_LXML": "False"},
            cwd=Path(__file__).parent.parent,
        )

    async def _stop(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    def _keep_awake(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None

    def _leave(self) -> None:
        """Nothing came for a while: the child ends by itself when nobody can write to it."""
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
            self.process = None
