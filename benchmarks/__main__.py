"""``python -m benchmarks [--quick] [SUITE…]``: measure, and print tables in Markdown."""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import (
    growth,
    officers,
    planning,
    reached,
    sending,
    standing,
    starting,
    storing,
    subjects,
    throughput,
    workbooks,
)
from benchmarks.throughput import Load


@dataclass(frozen=True)
class Plan:
    repeats: int
    updates: int
    database: Path


def answers(plan: Plan) -> str:
    others = [peer for peer in (subjects.aiogram(),) if peer is not None]
    bots = [subjects.own(plan.database), *others, subjects.telegram_bot("answer")]
    found = throughput.measure(bots, Load(["/trogiup"], plan.updates), plan.repeats)
    return throughput.report("One answer each", found)


def latency(plan: Plan) -> str:
    bots = [subjects.own(plan.database), subjects.telegram_bot("answer")]
    load = Load(["/trogiup"], max(50, plan.updates // 20), latency=0.05)
    return throughput.report(
        "One answer each, the Bot API takes 50 ms", throughput.measure(bots, load, plan.repeats)
    )


def conversations(plan: Plan) -> str:
    bots = [
        subjects.own(plan.database, "notes"),
        subjects.telegram_bot("pickle", "python-telegram-bot, PicklePersistence, no row"),
        subjects.telegram_bot("rows", "python-telegram-bot, SQLAlchemy"),
    ]
    load = Load(["/ghi", "Đơn vị đã ban hành kế hoạch"], officers.OFFICERS)
    found = throughput.measure(bots, load, plan.repeats)
    return throughput.report("A conversation of two steps that writes a row", found)


def start(plan: Plan) -> str:
    return starting.report(plan.database, plan.repeats)


def store(plan: Plan) -> str:
    return storing.report(plan.database, plan.repeats)


def grow(plan: Plan) -> str:
    sizes = [1_000, 10_000, 100_000] + ([1_000_000] if plan.repeats > 1 else [])
    return growth.report(plan.database, sizes)


def send(plan: Plan) -> str:
    seconds = 60.0 if plan.repeats > 1 else 20.0
    return sending.report(plan.database, plan.database.parent, seconds)


def reach(plan: Plan) -> str:
    many = reached.MANY if plan.repeats > 1 else 300
    return reached.report(plan.database, plan.database.parent, many)


def queue(plan: Plan) -> str:
    return sending.queue_report(plan.database.parent)


def stand(plan: Plan) -> str:
    return standing.report(plan.database, [30, 300, 3_000])


def fill_in(plan: Plan) -> str:
    return workbooks.report(plan.database, plan.repeats)


def plan_ahead(plan: Plan) -> str:
    return planning.report(plan.database.parent, 10_000 if plan.repeats == 1 else planning.ROWS)


SUITES: dict[str, Callable[[Plan], str]] = {
    "answers": answers,
    "latency": latency,
    "conversations": conversations,
    "start": start,
    "store": store,
    "growth": grow,
    "sending": send,
    "reach": reach,
    "queue": queue,
    "workbook": fill_in,
    "standing": stand,
    "planning": plan_ahead,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repeats, under a minute")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=", ".join(SUITES))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        database = Path(folder) / "province.db"
        officers.build(database)
        repeats, updates = (1, 400) if arguments.quick else (5, 2000)
        plan = Plan(repeats, updates, database)
        for name in arguments.suites or SUITES:
            print(SUITES[name](plan), flush=True)


if __name__ == "__main__":
    main()
