"""Bots forked from a process that has imported everything already.

Nearly all of a start is imports. Each fork is a process of its own that does the rest of
``cchc run`` from its first line on, so it can be killed as early as that, and a thousand times.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tests.faults.process import BotProcess


class Nursery(BotProcess):
    """Like BotProcess, only quicker to start; a bot that it forked ends with it at the latest."""

    module = "tests.faults.nursery"  # Whose process forks.

    @classmethod
    def beside(cls, bot: BotProcess) -> "Nursery":
        """For bots that take turns with ``bot``, on its database."""
        nursery = cls.__new__(cls)
        nursery.__dict__.update(bot.__dict__)
        return nursery

    def __enter__(self) -> "Nursery":
        self._parent = subprocess.Popen(
            [sys.executable, "-m", self.module],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._receive() == {"ready": True}
        return self

    def __exit__(self, *_: object) -> None:
        assert self._parent.stdin is not None
        self._parent.stdin.close()
        self._parent.wait(timeout=30)

    def fork(self) -> None:
        """Begin a start; what becomes of it is the caller's to find out."""
        order = {"out": str(self._out), "log": str(self._log), **self._more()}
        self._pid: int = self._order(do="fork", **order)["pid"]

    def start(self) -> float:
        """Fork and wait until it is ready; the seconds that took."""
        began = time.monotonic()
        self.fork()
        self._await_ready(began)
        return time.monotonic() - began

    def kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
        self.status = self._order(do="wait", pid=self._pid)["status"]

    def stop(self) -> int:
        os.kill(self._pid, signal.SIGTERM)
        self.status = self._order(do="wait", pid=self._pid)["status"]
        return self.status

    def _more(self) -> dict[str, Any]:
        """What else a fork has to know."""
        return {}

    @property
    def _out(self) -> Path:
        return self._folder / "bot.out"

    def _await_ready(self, began: float) -> None:
        while not (self._found_addresses() and self._is_ready()):
            self._give_up_after(began)
            time.sleep(0.02)

    def _found_addresses(self) -> bool:
        lines = self._out.read_text().splitlines() if self._out.exists() else []
        return any(self._note_address(line) for line in lines)

    def _order(self, **order: Any) -> dict[str, Any]:
        assert self._parent.stdin is not None
        self._parent.stdin.write(json.dumps(order) + "\n")
        self._parent.stdin.flush()
        return self._receive()

    def _receive(self) -> dict[str, Any]:
        assert self._parent.stdout is not None
        found: dict[str, Any] = json.loads(self._parent.stdout.readline())
        return found


def serve() -> None:
    """The process that forks: one order a line, one answer a line, until its input ends."""
    import bot.app
    import bot.telegram  # noqa: F401 - what a bot imports only once it has a token.
    from bot.cli import cli

    assert threading.active_count() == 1, "a fork has no other thread"
    answer(ready=True)
    living: set[int] = set()
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "fork":
            pid = os.fork()
            if pid == 0:
                live(cli, order)
            living.add(pid)
            answer(pid=pid)
        else:
            _, status = os.waitpid(order["pid"], 0)
            living.discard(order["pid"])
            answer(status=os.waitstatus_to_exitcode(status))
    for pid in living:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def live(cli: Any, order: dict[str, str]) -> None:
    """The forked bot's whole life; never returns."""
    status = 1
    try:
        for path, stream in ((os.devnull, 0), (order["out"], 1), (order["log"], 2)):
            flags = os.O_RDWR | os.O_CREAT
            flags |= os.O_APPEND if stream == 2 else os.O_TRUNC if stream == 1 else 0
            os.dup2(os.open(path, flags, 0o600), stream)
        cli(["run"], prog_name="cchc")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def answer(**values: Any) -> None:
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    serve()
