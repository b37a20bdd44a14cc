"""Files that somebody bent: made from the corpus by a seed, judged by the real kitchen's child.

``python -m tests.faults.mutants --count 100000 --seed N`` prints the figures, and the number of
the mutant that broke a promise: the same seed makes it again.
"""

import argparse
import asyncio
import random
import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.intake import Fault
from bot.kitchen import INSPECT_MEMORY, Kitchen
from bot.words import Words
from models.files import clean_name
from tests.bot.samples import KEPT, REFUSED

SECONDS = 2.0
LARGEST = 1 << 20  # Larger samples are judged as they are; to bend them would only take time.
FIELDS = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF, 1 << 63)
NAMES = ("\u202egpj.exe", "..", "a\x00b.pdf", "x" * 300 + ".docx", "CON", " .", "a/../../b.zip")
EXPECTED = {*(fault.value for fault in Fault), "file_not_checked"}


@dataclass(frozen=True)
class Mutant:
    number: int
    name: str
    content: bytes


@dataclass
class Figures:
    """``slowest`` in seconds; ``memory`` the most bytes any child held."""

    count: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    memory: int = 0
    children: int = 0
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        verdicts = ", ".join(f"{name} {count}" for name, count in self.verdicts.most_common())
        return (
            f"{self.count} files; slowest {self.slowest:.3f} s; most memory of a child "
            f"{self.memory / (1 << 20):.0f} MB; {self.children} children\n{verdicts}\n"
            f"promises broken: {len(self.broken)}" + "".join(f"\n  {b}" for b in self.broken)
        )


def mutants(count: int, seed: int) -> Iterator[Mutant]:
    """Always the same ones for a seed."""
    samples = {name: content for name, (content, _) in (KEPT | REFUSED).items()}
    small = {name: content for name, content in samples.items() if len(content) <= LARGEST}
    chance = random.Random(seed)
    names = sorted(small)
    for number in range(count):
        name = chance.choice(names)
        content = bytearray(small[name])
        for _ in range(chance.choice((1, 1, 2, 4, 16))):
            other = small[chance.choice(names)]
            chance.choice(CHANGES)(chance, content, other)
        if chance.random() < 0.1:
            name = chance.choice(NAMES)
        yield Mutant(number, clean_name(name), bytes(content[: 2 * LARGEST]))


def _flip(chance: random.Random, content: bytearray, _: bytes) -> None:
    for _ in range(chance.choice((1, 2, 8, 64))):
        if content:
            content[chance.randrange(len(content))] = chance.randrange(256)


def _cut(chance: random.Random, content: bytearray, _: bytes) -> None:
    start = chance.randrange(len(content) + 1)
    del content[start : start + chance.choice((1, 4, 512, len(content)))]


def _put_in(chance: random.Random, content: bytearray, _: bytes) -> None:
    at, length = chance.randrange(len(content) + 1), chance.choice((1, 4, 64, 4096))
    content[at:at] = chance.choice((bytes(length), b"\xff" * length, chance.randbytes(length)))


def _repeat(chance: random.Random, content: bytearray, _: bytes) -> None:
    start = chance.randrange(len(content) + 1)
    piece = content[start : start + chance.choice((4, 46, 512))]
    content[start:start] = piece * chance.choice((2, 100, 1000))


def _splice(chance: random.Random, content: bytearray, other: bytes) -> None:
    content[chance.randrange(len(content) + 1) :] = other[chance.randrange(len(other) + 1) :]


def _number(chance: random.Random, content: bytearray, _: bytes) -> None:
    """A number in the file says something extreme: a size, an offset, a count."""
    form = chance.choice(("<H", ">H", "<I", ">I", "<Q"))
    width = struct.calcsize(form)
    if len(content) >= width:
        value = chance.choice(FIELDS) & ((1 << 8 * width) - 1)
        struct.pack_into(form, content, chance.randrange(len(content) - width + 1), value)


def _near_the_end(chance: random.Random, content: bytearray, _: bytes) -> None:
    """Where archives and PDF say what lies where."""
    at = max(0, len(content) - chance.randrange(1, 120))
    content[at : at + 4] = struct.pack("<I", chance.choice(FIELDS) & 0xFFFFFFFF)


Change = Callable[[random.Random, bytearray, bytes], None]
CHANGES: tuple[Change, ...] = (_flip, _cut, _put_in, _repeat, _splice, _number, _near_the_end)


async def judge(mutant: Mutant, kitchen: Kitchen, path: Path, words: Words) -> tuple[str, str]:
    """The verdict, and what is wrong with it; both may be empty."""
    path.write_bytes(mutant.content)
    verdict = await kitchen.inspect(path, mutant.name)
    if verdict.refusal is None:
        return "kept", "" if verdict.media_type else "kept without a type"
    name = verdict.refusal.name
    if name not in EXPECTED:
        return name, "an unknown refusal"
    for language in ("vi", "en"):
        sentence = words.plain(f"refusal.{name}", language, **verdict.refusal.values)
        if not sentence.endswith(".") or "{" in sentence.replace(mutant.name, ""):
            return name, f"no sentence: {sentence}"
    return name, ""


async def run(count: int, seed: int, seconds: float = 1e9) -> Figures:
    """Judge up to ``count`` mutants, for as long as ``seconds`` allow."""
    figures, words, kitchen = Figures(), Words(), Kitchen()
    until = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        for mutant in mutants(count, seed):
            path = Path(folder) / "bytes"
            began = time.monotonic()
            verdict, fault = await judge(mutant, kitchen, path, words)
            spent = time.monotonic() - began
            if spent > SECONDS:  # Was it the file, or a machine that was busy elsewhere?
                began = time.monotonic()
                verdict, fault = await judge(mutant, kitchen, path, words)
                spent = time.monotonic() - began
            figures.count += 1
            figures.verdicts[verdict] += 1
            figures.slowest = max(figures.slowest, spent)
            if spent > SECONDS:
                fault = f"took {spent:.2f} s"
            if fault:
                figures.broken.append(f"mutant {mutant.number} ({mutant.name}): {fault}")
            if time.monotonic() > until:
                break
        figures.children, figures.memory = kitchen.children, kitchen.most_memory
        if figures.memory > INSPECT_MEMORY:
            figures.broken.append(f"a child held {figures.memory} bytes")
        await kitchen.close()
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after so long")
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    began = time.monotonic()
    figures = asyncio.run(run(given.count, given.seed, given.seconds))
    print(f"{time.monotonic() - began:.0f} s\n{figures}")
    return 1 if figures.broken else 0


if __name__ == "__main__":
    sys.exit(main())
