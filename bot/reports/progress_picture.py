"""Where the units stand as a picture: how many at which stage, and how far which area is (N21).

Counts and kinds of units alone: no unit is named, so the picture may be shown to a group (N17).
"""

import io
import textwrap
from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from bot.reports import all_words

# Told apart by hatching too, for whoever sees no colours (F68).
LOOKS = (("#2e7d4f", ""), ("#7fb77e", "//"), ("#e0a83c", ".."), ("#b03048", "xx"))
STAGES = ("sent", "complete", "at_work", "not_started")
TITLE_SIGNS = 42
DARK = 0.55  # From this share on, numbers are written in white.


def make(values: Mapping[str, Any]) -> bytes:
    """Bytes of a PNG. ``values``: ``language``, ``year``, ``owner``, ``made_at``; ``groups``,
    each with ``kind``, ``units`` and ``stages``, counts in the order of ``STAGES``; ``areas``,
    each with ``code``, ``title`` and ``counts``: for each group the lines scored, and all."""
    language, words = values["language"], all_words()

    def say(name: str, /, **about: Any) -> str:
        return words.plain(name, language, **about)

    groups, areas = values["groups"], values["areas"]
    heights = (1.2 + len(groups), 1.2 + 0.55 * len(areas))
    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12)
    figure = Figure(figsize=(10, sum(heights) * 0.75 + 1.2), dpi=110, layout=layout)
    title = {"year": values["year"], "owner": values["owner"], "now": values["made_at"]}
    figure.suptitle(say("progress_picture.title", **title), fontsize=13)
    above, below = figure.subplots(2, 1, height_ratios=heights)
    _draw_stages(above, groups, say)
    _draw_areas(below, groups, areas, say)
    content = io.BytesIO()
    figure.savefig(content, format="png")
    return content.getvalue()


def _draw_stages(axes: Any, groups: Any, say: Any) -> None:
    """A bar for each kind of unit, its counts written in it."""
    names = _names(groups, say)
    left = [0] * len(groups)
    for place, (stage, (colour, hatch)) in enumerate(zip(STAGES, LOOKS, strict=True)):
        counts = [group["stages"][place] for group in groups]
        bars = axes.barh(
            names, counts, left=left, color=colour, hatch=hatch, edgecolor="white",
            label=say(f"stage.{stage}"),
        )  # fmt: skip
        written = [str(count) if count else "" for count in counts]
        box = {"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none"}
        for label in axes.bar_label(bars, written, label_type="center", fontsize=11):
            label.set_bbox(box if label.get_text() else None)
        left = [before + count for before, count in zip(left, counts, strict=True)]
    axes.set_title(say("progress_picture.stages"), fontsize=11, loc="left")
    axes.invert_yaxis()
    axes.xaxis.set_visible(False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=4, frameon=False)


def _draw_areas(axes: Any, groups: Any, areas: Any, say: Any) -> None:
    """Areas down, kinds of units across; the share that is scored, with its numbers."""
    shares = [
        [scored / lines if lines else 0.0 for scored, lines in area["counts"]] for area in areas
    ]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for down, area in enumerate(areas):
        for across, (scored, lines) in enumerate(area["counts"]):
            share = shares[down][across]
            cell = say("progress_picture.cell", percent=round(100 * share), scored=scored,
                       lines=lines) if lines else "–"  # fmt: skip
            colour = "white" if share >= DARK else "black"
            axes.text(across, down, cell, ha="center", va="center", color=colour, fontsize=10)
    axes.set_xticks(range(len(groups)), _names(groups, say))
    titles = [f"{area['code']} {area['title']}" for area in areas]
    short = [textwrap.shorten(title, TITLE_SIGNS, placeholder="…") for title in titles]
    axes.set_yticks(range(len(areas)), short)
    axes.set_title(say("progress_picture.areas"), fontsize=11, loc="left")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


def _names(groups: Any, say: Any) -> list[str]:
    return [say("progress_picture.kind", kind=group["kind"]) for group in groups]
