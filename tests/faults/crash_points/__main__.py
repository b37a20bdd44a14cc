"""``python -m tests.faults.crash_points [SCENARIO …]``: plays them all and prints the figures.

On SQLite, or on the PostgreSQL server that ``CCHC_TEST_DATABASE_URL`` names.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.conftest import Templates
from tests.faults.crash_points.playing import KINDS, Figures, Play
from tests.faults.crash_points.scenarios import SCENARIOS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.crash_points")
    parser.add_argument("names", nargs="*", metavar="SCENARIO", choices=[*SCENARIOS, []])
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS)
    arguments = parser.parse_args()
    names, total = arguments.names or list(SCENARIOS), Figures()
    with tempfile.TemporaryDirectory(prefix="cchc-points-") as folder:
        templates = Templates(Path(folder), "points")
        for name in names:
            play = Play(SCENARIOS[name], templates, Path(folder) / name)
            figures = play.at_every_point(arguments.kinds)
            total.add(figures)
            print(f"{name}: {figures}", *figures.unreached, *figures.violations, sep="\n  ")
            sys.stdout.flush()
    print(f"{len(names)} scenarios: {total}")
    return 1 if total.unreached or total.violations else 0


if __name__ == "__main__":
    sys.exit(main())
