"""Updates answered a second, and the processor time of each, beside peers."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks import figures
from benchmarks.officers import chats
from benchmarks.processes import Outcome, Subject, running, serving

WARM_UP = 200
SETTLED_SECONDS = 0.5


@dataclass(frozen=True)
class Load:
    """``texts`` are said one after another in every chat; ``count`` updates of each.

    ``latency``: seconds that the Bot API takes to answer a sendMessage."""

    texts: Sequence[str]
    count: int
    latency: float = 0.0


def measure(subjects: Sequence[Subject], load: Load, repeats: int) -> dict[str, list[Outcome]]:
    """Each subject once a repeat, in turn, each time as a new process."""
    found: dict[str, list[Outcome]] = {subject.name: [] for subject in subjects}
    for repeat in range(repeats):
        turn = repeat % len(subjects)
        for subject in [*subjects[turn:], *subjects[:turn]]:
            found[subject.name].append(_once(subject, load))
    return found


def report(title: str, found: dict[str, list[Outcome]]) -> str:
    """A row for each subject, with its ratio to the last one: the peer."""
    peer = list(found.values())[-1]
    rows = []
    for name, outcomes in found.items():
        rates, cpus = [o.rate for o in outcomes], [o.cpu for o in outcomes]
        rows.append(
            [
                name,
                f"{median(rates):.0f}",
                figures.ratio(rates, [o.rate for o in peer]),
                f"{median(cpus) * 1e6:.0f}",
                figures.ratio(cpus, [o.cpu for o in peer]),
                f"{median(o.memory for o in outcomes):.0f}",
            ]
        )
    heads = ["bot", "updates/s", "ratio", "CPU µs each", "ratio", "MB"]
    return figures.table(title, heads, rows)


def _once(subject: Subject, load: Load) -> Outcome:
    with serving() as api, running(subject, api.url) as process:
        api.first_poll()
        api.load(chats(), load.texts, min(WARM_UP, load.count), 0.0)
        api.wait()
        time.sleep(SETTLED_SECONDS)
        before = process.cpu()
        api.load(chats(), load.texts, load.count, load.latency)
        seconds = api.wait()
        time.sleep(SETTLED_SECONDS)  # What is still written after the last answer counts too.
        updates = len(load.texts) * load.count
        return Outcome(updates / seconds, (process.cpu() - before) / updates, process.memory())
