"""After its start a bot looks through what the start made no more (G10)."""

import subprocess
import sys

PROGRAM = """
import gc
import bot.app
from bot import memory
made = len(gc.get_objects())
memory.settle()
print(made, gc.get_freeze_count(), len(gc.get_objects()))
"""


def test_what_the_start_made_is_not_looked_through_again() -> None:
    run = [sys.executable, "-c", PROGRAM]
    made, kept_apart, left = map(int, subprocess.check_output(run, text=True).split())
    assert kept_apart > made / 2
    assert left < made / 100
