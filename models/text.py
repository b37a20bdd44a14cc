"""Text as people type it, made comparable: composed, lower case, without Vietnamese marks."""

import re
import unicodedata


def fold(text: str) -> str:
    """ "Đồng Sơn " and "dong son" become the same."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(bare.casefold().split())


def clean(text: str) -> str:
    """Composed (NFC), without control, direction and zero-width signs; line breaks stay."""
    composed = unicodedata.normalize("NFC", text)
    kept = (s for s in composed if s == "\n" or unicodedata.category(s) not in _UNSEEN)
    return "".join(kept).strip()


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", fold(text))


_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
