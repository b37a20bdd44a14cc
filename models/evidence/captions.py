"""What a caption says of a document: "1.1.1 KH 12/KH-STP 08/01/2026 mục II tr.3" (F28, F29, N6).

Read tolerantly: with or without marks, in any order; what is not understood is left as it is.
"""

import re
from dataclasses import dataclass
from datetime import date

from models.text import clean, fold

KINDS = {
    "kh": "ke hoach",
    "bc": "bao cao",
    "qd": "quyet dinh",
    "cv": "cong van",
    "tb": "thong bao",
    "ttr": "to trinh",
    "nq": "nghi quyet",
    "ct": "chi thi",
    "ctr": "chuong trinh",
    "hd": "huong dan",
    "bb": "bien ban",
    "gm": "giay moi",
}

_SYMBOL = r"[a-z][a-z0-9&.]*(?:\s?[-–]\s?[a-z][a-z0-9&.]*)*"
_NUMBER = re.compile(rf"(?<![\w./])(\d{{1,5}}\s?(?:/\s?\d{{4}}\s?)?/\s?{_SYMBOL})")
_DATES = (
    re.compile(
        r"(?:ngay\s+)?(?P<day>\d{1,2})\s+thang\s+(?P<month>\d{1,2})\s+nam\s+(?P<year>\d{4})"
    ),
    re.compile(
        r"(?:ngay\s+)?(?<![\d./-])(?P<day>\d{1,2})(?P<between>[/.-])(?P<month>\d{1,2})"
        r"(?P=between)(?P<year>\d{4}|\d{2})(?![\d/-]|\.\d)"
    ),
    re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)"),
)
_PLACES = (
    "muc|phan|chuong|dieu|khoan|diem|phu luc|bieu|bang|trang|tr|dong|doan"
    "|section|item|annex|table|pages?|pp?"
)
_WHERE = r"(?:[ivxlc]+|\d[\d.]*|[a-h])(?:\s?[-–,]\s?\d+)*(?!\w)"
_LOCATOR = re.compile(
    rf"(?<!\w)(?:{_PLACES})[.:]?\s*{_WHERE}(?:[\s,;]+(?:{_PLACES})[.:]?\s*{_WHERE})*"
)
_ISSUER = re.compile(
    r"(?<!\w)(?:co quan ban hanh|noi ban hanh|cqbh|issuing body|issued by)[:.]?\s+([^,;]+)"
)
_CODE = re.compile(r"(?<![\w./-])(\d{1,2}(?:\.\d{1,2}){1,4})(?![\w/-]|\.\d)")
_LEADING = re.compile(r"(?<!\w)(?:so|tieu chi|tc|ma)[.:]?\s*$")


@dataclass(frozen=True)
class Caption:
    """``codes`` are of lines, as typed; ``kind`` an abbreviation in lower case ("kh");
    ``issuer`` whom the text names as the issuing body; ``rest`` what else was written."""

    codes: tuple[str, ...] = ()
    kind: str = ""
    number: str = ""
    dated_on: date | None = None
    locator: str = ""
    rest: str = ""
    issuer: str = ""


def parse(text: str) -> Caption:
    reading = _Reading(clean(text).replace("\n", " "))
    number = reading.take(_NUMBER)
    dated_on = reading.take_date()
    locator = reading.take(_LOCATOR)
    codes = reading.take_all(_CODE)
    issuer = reading.take(_ISSUER, group=1)  # Last: the name ends where nothing else is left.
    rest = reading.rest()
    number = re.sub(r"\s+", "", number).replace("–", "-")
    kind = _kind(rest, number)
    return Caption(codes, kind, _with_capitals(number), dated_on, locator, rest, issuer)


class _Reading:
    """A text from which what was understood is taken away. ``_flat`` has one sign for each of
    ``_text``, so that what is found in the one is cut out of the other."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._flat = "".join(_one_sign(sign) for sign in text)

    def take(self, pattern: re.Pattern[str], group: int = 0) -> str:
        """What ``group`` of the pattern holds; all that the pattern holds is taken away."""
        found = pattern.search(self._flat)
        if found is None:
            return ""
        start, end = found.span(group)
        taken = self._text[start:end]
        self._cut(found)
        return " ".join(taken.split()).strip(" .-–") if group else taken.strip()

    def take_all(self, pattern: re.Pattern[str]) -> tuple[str, ...]:
        found: list[str] = []
        while taken := self.take(pattern):
            found += [taken] if taken not in found else []
        return tuple(found)

    def take_date(self) -> date | None:
        """The first real date; one like 31/02 is left where it stands."""
        for pattern in _DATES:
            for found in pattern.finditer(self._flat):
                year = int(found["year"])
                try:
                    day = date(
                        year if year > 99 else 2000 + year, int(found["month"]), int(found["day"])
                    )
                except ValueError:
                    continue
                self._cut(found)
                return day
        return None

    def rest(self) -> str:
        return " ".join(self._text.split()).strip(" ,;:.-–_")

    def _cut(self, found: re.Match[str]) -> None:
        start, end = found.span()
        # "Số: 12/KH-STP", "TC 1.1.1": the word before it belongs to it.
        if before := _LEADING.search(self._flat[:start]):
            start = before.start()
        self._text = f"{self._text[:start]} {self._text[end:]}"
        self._flat = f"{self._flat[:start]} {self._flat[end:]}"


def _one_sign(sign: str) -> str:
    bare = fold(sign)
    return bare if len(bare) == 1 else (" " if sign.isspace() else sign)


def _kind(rest: str, number: str) -> str:
    symbol = fold(number).partition("/")[2].rpartition("/")[2].partition("-")[0]
    if symbol in KINDS:
        return symbol
    flat = f" {fold(rest)} "
    return next((k for k, name in KINDS.items() if f" {k} " in flat or f" {name} " in flat), "")


def _with_capitals(number: str) -> str:
    """ "12/kh-stp" as offices write it. "TTr", "CTr" and "NĐ" keep the letters they came with."""
    return number.upper() if number == number.lower() else number
