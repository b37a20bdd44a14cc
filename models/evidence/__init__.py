"""Evidence and explanations: what proves the lines of a unit's sheet (domain.md 7)."""

from models.evidence.actions import (
    add,
    attach,
    describe,
    explain,
    file_under,
    remove,
    replace,
    set_aside,
    set_locator,
)
from models.evidence.captions import Caption
from models.evidence.captions import parse as parse_caption
from models.evidence.queries import (
    CardField,
    Holdings,
    explanations,
    filed_lines,
    history,
    holdings,
    lacking,
    lines_to_prove,
    lines_with_content,
    next_unproven,
    open_links,
    unfiled,
)
from models.evidence.rules import (
    EXPLANATION_SIGNS,
    LOCATOR_SIGNS,
    read_url,
    why_not_add,
    why_not_explain,
    why_not_file,
    why_not_prove,
    why_not_see,
)
from models.evidence.search import likely_lines
from models.evidence.tables import Evidence, EvidenceLink, Explanation

__all__ = [
    "EXPLANATION_SIGNS",
    "LOCATOR_SIGNS",
    "Caption",
    "CardField",
    "Evidence",
    "EvidenceLink",
    "Explanation",
    "Holdings",
    "add",
    "attach",
    "describe",
    "explain",
    "explanations",
    "file_under",
    "filed_lines",
    "history",
    "holdings",
    "lacking",
    "likely_lines",
    "lines_to_prove",
    "lines_with_content",
    "next_unproven",
    "open_links",
    "parse_caption",
    "read_url",
    "remove",
    "replace",
    "set_aside",
    "set_locator",
    "unfiled",
    "why_not_add",
    "why_not_explain",
    "why_not_file",
    "why_not_prove",
    "why_not_see",
]
