"""A whole broadcast in real time to many of whom some cannot be reached: how long it takes, and
what came of each message.
"""

import shutil
import sys
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks import figures
from benchmarks.broadcast import RECIPIENTS
from benchmarks.limited_api import FATES, PER_SECOND
from benchmarks.processes import Subject, running
from benchmarks.sending import outcome, queue_broadcast, serving
from models import database
from models.outbox import OutboxMessage, SendStatus

MANY = 1_000
PATIENCE = 20.0  # Times as long as the limit allows.
OPEN = (SendStatus.QUEUED, SendStatus.SENDING)


def report(officers: Path, folder: Path, many: int = MANY) -> str:
    queued, chats = folder / "reached.db", RECIPIENTS[:many]
    shutil.copy(officers, queued)
    queue_broadcast(queued, chats)
    subject = Subject("cchc", [sys.executable, "-m", "bot", "run"], queued)
    with serving(CCHC_BENCH_FAULTS="1") as api, running(subject, api) as process:
        statuses = _wait(process.log.parent / "bot.db", many)
        found = outcome(api, PATIENCE * many)
    copies = Counter({int(chat): count for chat, count in found["copies"].items()})
    fated = Counter(FATES.get(chat % 100, "") for chat in chats)
    expected = {chat for chat in chats if FATES.get(chat % 100) not in ("blocked", "error")}
    row = [
        f"{found['took']:.1f} s ({found['took'] * PER_SECOND / many:.1%})",
        str(found["refused"]),
        str(len(expected - copies.keys())),
        str(max(copies.values())),
        f"{statuses[SendStatus.SENT]} / {fated['']}",
        f"{statuses[SendStatus.UNREACHABLE]} / {fated['blocked']}",
        f"{statuses[SendStatus.UNKNOWN]} / {fated['error'] + fated['lost']}",
    ]
    heads = ["in (of the time that 30 a second take)", "refused", "missing", "most copies"]
    heads += ["sent / to be", "unreachable / blocked", "unknown / error or answer lost"]
    return figures.table(f"A broadcast to {many:,}, all of it", heads, [row])


def _wait(path: Path, many: int) -> Counter[SendStatus]:
    """Until each message of the broadcast has its outcome; how many have which."""
    engine = database.create(f"sqlite:///{path}")
    statuses = select(OutboxMessage.status).where(OutboxMessage.key.startswith("bench:"))
    until = time.monotonic() + PATIENCE * many / PER_SECOND
    try:
        while True:
            with Session(engine.execution_options(cchc_begin="BEGIN")) as session:
                found = Counter(session.scalars(statuses))
            if not any(found[status] for status in OPEN):
                return found
            if time.monotonic() > until:
                raise TimeoutError(str(found))
            time.sleep(0.5)
    finally:
        engine.dispose()
