"""Medians, ratios to a peer of the same repeat, and small tables in Markdown."""

from collections.abc import Sequence
from statistics import median


def ratio(own: Sequence[float], peer: Sequence[float]) -> str:
    """The median of the ratios, repeat by repeat, with the lowest and the highest: what slows
    the machine down for a moment slows both."""
    each = [mine / theirs for mine, theirs in zip(own, peer, strict=True)]
    return f"{median(each):.2f} ({min(each):.2f}–{max(each):.2f})"


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [
        f"### {title}",
        "",
        f"| {' | '.join(heads)} |",
        f"|{'---|' + '---:|' * (len(heads) - 1)}",
        *[f"| {' | '.join(row)} |" for row in rows],
    ]
    return "\n".join(lines) + "\n"
