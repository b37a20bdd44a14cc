"""How much a fault test does, by what chance, and what it found, for docs/reliability.md.

``CCHC_FAULTS=full`` runs the published counts, anything else a sample of them; ``CCHC_SEED``
repeats a run; figures are printed, and kept in the file that ``CCHC_FIGURES`` names.
"""

import json
import os
import random
from pathlib import Path

FULL = os.environ.get("CCHC_FAULTS") == "full"


def count(full: int, sample: int) -> int:
    return full if FULL else sample


def chance() -> random.Random:
    """Seeded; the seed is printed."""
    seed = int(os.environ.get("CCHC_SEED") or random.randrange(1 << 32))
    print(f"\nseed {seed}")
    return random.Random(seed)


def note(fault: str, figure: str) -> None:
    """``fault``: its number in docs/reliability.md, X1 …; ``figure``: what was measured."""
    print(f"{fault}: {figure}")
    if path := os.environ.get("CCHC_FIGURES"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps([fault, figure], ensure_ascii=False) + "\n")
