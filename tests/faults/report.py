"""``make faults``: every fault at its published count, and what was found as rows for
docs/reliability.md. ``--sample`` takes the counts of CI; ``CCHC_SEED`` repeats a run."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import postgres
from tests.suite import keeping_bytecode

ON_BOTH = (
    *("faults/test_kills.py", "faults/test_stops.py", "faults/test_writers.py"),
    *("faults/test_slow_database.py", "faults/test_outages.py", "faults/test_histories.py"),
    "models/test_migrations.py",
)
ON_SQLITE = (
    *ON_BOTH,
    *("faults/test_away.py", "faults/test_silence.py", "faults/test_sends.py"),
    *("faults/test_unreachable.py", "faults/test_downloads.py", "faults/test_full_disk.py"),
    *("faults/test_power_loss.py", "faults/test_years.py"),
)
KILLS_ON_POSTGRES = "200"
MUTANTS = "100000"
THREATS = {
    "CCHC_STRANGERS": "10000",
    "CCHC_RACES": "1000",
    "CCHC_TOKENS": "100000",
    "CCHC_REPLAYS": "100000",
    "CCHC_GUESSES": "1000000",
    "CCHC_POSTS": "100000",
    "CCHC_LEAVERS": "1000",
    "CCHC_TAMPERINGS": "10000",
}
THREATENED = (
    "faults/test_access.py",
    "faults/test_guesses.py",
    "faults/test_secrets.py",
    "faults/test_revoked.py",
    "models/test_audit.py",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", action="store_true", help="the counts of CI")
    sample = parser.parse_args().sample
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "figures"
        environment = {"CCHC_FIGURES": str(found), "CCHC_FAULTS": "" if sample else "full"}
        failed = _pytest(ON_SQLITE, environment)
        with postgres.server() as url:
            there = {"CCHC_TEST_DATABASE_URL": url}
            if not sample:
                there["CCHC_KILLS"] = KILLS_ON_POSTGRES
            failed += _pytest(ON_BOTH, environment | there)
        if not sample:
            seed = os.environ.get("CCHC_SEED", "7")
            failed += _run("-m", "tests.faults.mutants", "--count", MUTANTS, "--seed", seed)
            suites = [f"tests/{file}" for file in THREATENED]
            how = ("-m", "pytest", "-rP", "-o", "timeout=0")
            failed += _run(*how, *suites, **environment, **THREATS)
        print("\n".join(rows(found)))
    return 1 if failed else 0


def rows(found: Path) -> list[str]:
    """A row for each figure, the faults by their number and then the threats."""
    lines = found.read_text("utf-8").splitlines() if found.exists() else []
    figures = sorted((json.loads(line) for line in lines), key=_place)
    return [f"| {fault} | {figure} |" for fault, figure in figures]


def _place(row: list[str]) -> tuple[bool, int]:
    return row[0].startswith("T"), int(row[0][1:])


def _pytest(suites: tuple[str, ...], environment: dict[str, str]) -> bool:
    files = [f"tests/{suite}" for suite in suites]
    return _run("-m", "pytest", "-rP", "-m", "heavy", *files, **environment)


def _run(*arguments: str, **environment: str) -> bool:
    environment = keeping_bytecode() | environment
    return subprocess.run([sys.executable, *arguments], env=environment).returncode != 0


if __name__ == "__main__":
    sys.exit(main())
