"""A reason that somebody has to give in words: it is there, and short enough to be passed on."""

from models.refusals import Refusal

SIGNS = 500


def why_not(reason: str | None, missing: str) -> Refusal | None:
    """``missing`` names the sentence for a reason without words; None was not asked for yet."""
    if reason is not None and not reason.strip():
        return Refusal(missing)
    if reason is not None and len(reason) > SIGNS:
        return Refusal("reason_too_long", length=len(reason), limit=SIGNS)
    return None
