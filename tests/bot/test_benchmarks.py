"""The benchmarks still do what they say: a quick reading of those that stay on this machine."""

import subprocess
import sys

import pytest


@pytest.mark.heavy
@pytest.mark.parametrize("suite", ["standing", "store", "workbook", "growth"])
def test_a_quick_reading_prints_its_table(suite: str) -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", suite]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith("### ")
    assert "|---" in done.stdout
