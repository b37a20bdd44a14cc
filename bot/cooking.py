"""The kitchen's child: does one order after another, each within limits (reliability.md 4).

It is a process of its own, so it loads as little as it can: no event loop, no database, and what
a piece of work needs only when the first of its kind comes.
"""

import base64
import contextlib
import json
import os
import re
import resource
import struct
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from models.messages import decode

CPU_SECONDS = 1  # The system counts whole seconds of a life: up to one more.
COOK_CPU_SECONDS = 60
REPORT_BYTES = 256 << 20


def serve(memory: int) -> None:
    """The child: answer orders until the parent is gone."""
    orders = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # What a library prints must not get between the answers.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while (order := _read(orders)) is not None:
        began = time.process_time()
        try:
            answer = _do(order)
        except MemoryError:
            raise  # The process is not to be trusted any more.
        except Exception as error:
            answer = {"failed": f"{type(error).__name__}: {error}"[:500]}
        seconds = COOK_CPU_SECONDS if "cook" in order else CPU_SECONDS
        spent = time.process_time() - began
        answer |= {"held": _most_memory(), "spent": spent / seconds}
        answers.write(packed(answer))
        answers.flush()


def _do(order: dict[str, Any]) -> dict[str, Any]:
    if "inspect" in order:
        from bot import intake

        _limit(CPU_SECONDS, file_size=0)
        found = intake.inspect(Path(order["inspect"]), order["name"])
        fault = found.fault.value if found.fault else None
        return {"media_type": found.media_type, "fault": fault, "values": found.values}
    if "workbook" in order:
        from bot.intake import workbooks

        _limit(CPU_SECONDS, file_size=0)
        return {"found": workbooks.read(Path(order["workbook"]))}
    from bot.reports import REPORTS, load

    if "warm" in order:
        load(order["warm"])
        return {}
    _limit(COOK_CPU_SECONDS, file_size=REPORT_BYTES)
    report: Callable[[Mapping[str, Any]], bytes] = REPORTS[order["cook"]]
    return {"bytes": base64.b64encode(report(decode(order["values"]))).decode()}


def _limit(seconds: int, *, file_size: int) -> None:
    """``seconds`` of CPU from now on; the limit counts a process's whole life."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(usage.ru_utime + usage.ru_stime) + 1
    for kind, soft in ((resource.RLIMIT_CPU, spent + seconds), (resource.RLIMIT_FSIZE, file_size)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (soft, resource.getrlimit(kind)[1]))


def _most_memory() -> int:
    """The most bytes this process ever held; 0 where the system does not say."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s*(\d+) kB", status)
    return int(found[1]) << 10 if found else 0


def packed(message: Mapping[str, Any]) -> bytes:
    """One piece of the talk with the child: JSON behind its length, four bytes, big end first."""
    raw = json.dumps(message).encode()
    return struct.pack(">I", len(raw)) + raw


def _read(orders: BinaryIO) -> dict[str, Any] | None:
    head = orders.read(4)
    if len(head) < 4:
        return None
    order: dict[str, Any] = json.loads(orders.read(struct.unpack(">I", head)[0]))
    return order


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        serve(int(sys.argv[1]))
