"""Long lists as text: a page of them, and the choices that turn to its neighbours."""

from collections.abc import Sequence
from typing import TypeVar

from handlers.dialogue import Choice

ITEMS = 15  # As many short lines as fit a phone's screen.

T = TypeVar("T")


def cut(
    items: Sequence[T], page: int, action: str, subject: object, size: int = ITEMS
) -> tuple[list[T], list[Choice]]:
    """The items of ``page``, counted from 0, and choices of ``action`` whose value is read by
    ``subject_and_page``."""
    pages = max(1, -(-len(items) // size))
    page = min(page, pages - 1)
    turning = [
        Choice(action, f"{subject}:{other}", page=other + 1, pages=pages)
        for other in (page + 1, page - 1)
        if 0 <= other < pages
    ]
    return list(items[page * size : (page + 1) * size]), turning


def subject_and_page(value: str) -> tuple[str, int]:
    """ "12:2" is page 2 of subject 12; "12" alone is its first page, 0."""
    subject, _, page = value.partition(":")
    return subject, int(page or 0)
