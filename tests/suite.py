"""``make test``: the tests on SQLite, then those with a database on PostgreSQL.

The last lines say what was left out and why. With ``--heavy`` the long suites (kills) run too.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from tests import libreoffice, postgres

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# What tests it is for, what it is called, its commands, the packages of Debian. LibreOffice takes
# about a minute and 320 MB.
AIDS = (
    ("in a browser", "Chromium", BROWSERS, ("chromium", "fonts-noto-core")),
    (
        "with an office program",
        "LibreOffice",
        libreoffice.PROGRAMS,
        ("libreoffice-calc-nogui", "libreoffice-writer-nogui", "fonts-liberation"),
    ),
    ("of what a lost power leaves", "strace", ("strace",), ("strace",)),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--heavy", action="store_true", help="only the long suites")
    heavy = parser.parse_args().heavy
    marks = "heavy" if heavy else "not heavy"
    left_out = [
        f"tests {of}: there is no {what} here" for of, what, *how in AIDS if not _got(what, *how)
    ]
    failed = _pytest("SQLite", marks, {})
    try:
        with postgres.server() as url:
            only = f"({marks}) and not browser and not office"
            failed |= _pytest("PostgreSQL", only, {"CCHC_TEST_DATABASE_URL": url})
    except FileNotFoundError as error:
        left_out.append(f"all tests on PostgreSQL: {error}")
    for what in left_out:
        print(f"left out: {what}")
    print("left out: nothing" if not left_out else "")
    return 1 if failed else 0


def _pytest(database: str, marks: str, environment: dict[str, str]) -> bool:
    print(f"\n== on {database}", flush=True)
    # Tests wait for nearly as long as they work.
    workers = str(min(4, (os.cpu_count() or 2) + 1))
    command = [sys.executable, "-m", "pytest", "-n", workers, "--dist", "worksteal", "-m", marks]
    if "not heavy" not in marks:
        command.append("-rfEP")  # What the long suites print: their seeds and figures.
    status = subprocess.run(command, env=keeping_bytecode() | environment).returncode
    return status not in (0, 5)  # 5: this selection holds no test.


def keeping_bytecode() -> dict[str, str]:
    """The environment for tests: compiling all code in each process takes longer than they do."""
    return {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def _got(what: str, programs: Sequence[str], packages: Sequence[str]) -> bool:
    """Whether one of the programs is here; a root on Debian gets it, if it is not."""
    if any(shutil.which(name) for name in programs):
        return True
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print(f"getting {what}", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update"], **quiet)
    subprocess.run(install, env=environment, **quiet)
    return any(shutil.which(name) for name in programs)


if __name__ == "__main__":
    sys.exit(main())
