"""A whole sheet as its officer has it on paper, and the ways in which it gets into the bot."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from models import assessment
from models.catalogue import kinds, rule_of
from models.submission.contents import content_of
from tests.journeys.people import Talker
from tests.papers import pdf
from tests.sheets import sheet_of

LINK = "https://stp.example.vn/van-ban/kh-12"


@dataclass(frozen=True)
class Paper:
    name: str
    content: bytes
    caption: str


@dataclass(frozen=True)
class Row:
    """One line: what its officer answers, and what proves or explains it."""

    code: str
    rule: kinds.Rule
    inputs: dict[str, Any]
    papers: tuple[Paper, ...] = ()
    link: str = ""
    explanation: str = ""


def sheet_on_paper(session: Session, unit: str, area: str = "") -> list[Row]:
    """The lines that the unit scores itself, of one area or of all."""
    sheet = sheet_of(session, unit)
    rows = []
    for place, standing in enumerate(assessment.standings(session, sheet.id)):
        if standing.timed or not standing.code.startswith(area):
            continue
        line = assessment.find_line(session, sheet.id, standing.code)
        assert line is not None
        rule = rule_of(line.item)
        rows.append(
            Row(standing.code, rule, answers_to(rule, place), **proof(standing.code, place))
        )
    return rows


def answers_to(rule: kinds.Rule, place: int) -> dict[str, Any]:
    """Answers of every size, figures with decimals among them."""
    match rule:
        case kinds.YesNo():
            return {"answer": place % 3 != 0}
        case kinds.Steps():
            return {"option": place % len(rule.options)}
        case kinds.Checklist():
            return {"ticked": [n for n in range(len(rule.items)) if (n + place) % 3]}
        case kinds.Tiers():
            percent = rule.measure is kinds.Measure.PERCENT
            return {"value": ("85.5" if place % 2 else "97") if percent else str(place % 4)}
        case kinds.Ratio():
            return {"numerator": ("47", "49.5", "50")[place % 3], "denominator": "50"}
        case kinds.Penalty():
            return {"cases": [(n + place) % 2 for n in range(len(rule.deductions))]}
        case kinds.Manual(max_points):
            return {"points": str(max_points / 2), "reason": 'Theo biên bản "tự chấm" số 3'}
    raise ValueError(f"nobody scores {rule} by hand")


def proof(code: str, place: int) -> dict[str, Any]:
    """Papers, a link, or the reason why there are none; some lines have a paper and a reason."""
    of_line = f"{code} KH {place + 1}/KH-STP {place % 28 + 1:02}/03/2026 mục II tr.{place + 1}"
    paper = Paper(f"Kế hoạch {code}.pdf", pdf(f"Kế hoạch {code}"), of_line)
    bare = Paper(f"bao cao {code}.pdf", pdf(f"Báo cáo {code}"), code)
    reason = f"Tiêu chí {code}: không có văn bản riêng,\nsố liệu lấy từ hồ sơ = 100% + 2 phụ lục."
    match place % 5:
        case 0:
            return {"papers": (paper, bare)}
        case 1:
            return {"explanation": reason}
        case 2:
            return {"papers": (paper,), "explanation": reason}
        case 3:
            return {"link": LINK}
    return {"papers": (paper,)}


def answer_in_chat(an: Talker, row: Row) -> None:
    an.types("/tinhtrang")
    an.sees("Sở Tư pháp, đến ")
    an.types(row.code)
    an.sees(row.code, "Cách chấm:")
    an.picks("Chấm điểm")
    match row.rule:
        case kinds.YesNo():
            an.sees("Đơn vị có đạt nội dung này không?")
            an.picks("Có (" if row.inputs["answer"] else "Không (")
        case kinds.Steps(_, options):
            an.sees("Anh/chị chọn mức đúng với đơn vị.")
            an.picks(_label(options[row.inputs["option"]]))
        case kinds.Checklist(_, items):
            for place in row.inputs["ticked"]:
                an.sees("chọn Xong.")
                an.picks(f"○ {_label(items[place])}")
            an.sees("chọn Xong.")
            an.picks("Xong")
        case _:
            for typed in _typed(row):
                an.sees(f"{row.code} ")
                an.types(typed)
    an.sees("Tài liệu kiểm chứng: ")


def prove_in_chat(an: Talker, row: Row) -> None:
    for paper in row.papers:
        an.sends(paper.name, paper.content, paper.caption)
        an.sees("✓ Đã lưu 1/1 tệp cho", row.code)
    if row.link:
        an.types(f"/minhchung {row.code}")
        an.sees(row.code, "dán liên kết")
        an.types(f"{row.link} số 12/KH-STP")
        an.sees("✓ Đã lưu 1/1 tệp cho", row.code)


def explain_in_chat(an: Talker, row: Row) -> None:
    if not row.explanation:
        return
    an.types(f"/minhchung {row.code}")
    an.sees(row.code, "dán liên kết")
    an.picks("Giải trình thay tài liệu")
    an.sees("Nội dung được in trong phụ lục báo cáo.")
    an.types(row.explanation)
    an.sees("✓ Đã lưu giải trình cho", row.code)


def cells_of(
    rows: Sequence[Row], places: dict[str, int], options: dict[str, list[str]]
) -> dict[str, str]:
    """What is typed into the workbook: the texts by address. ``places`` and ``options`` are the
    rows' numbers and the choices of their cells, by the rows' keys."""
    cells: dict[str, str] = {}
    for row in rows:
        keys = [key for key in places if key == row.code or key.startswith(f"{row.code}/")]
        asked = keys[1:] if len(keys) > 1 else keys
        for key, given in zip(asked, _given(row), strict=True):
            cells[f"F{places[key]}"] = options[key][given] if isinstance(given, int) else given
        if row.explanation:
            cells[f"G{places[row.code]}"] = row.explanation
    return cells


def handed_in(session: Session, unit: str, area: str = "") -> list[dict[str, Any]]:
    """What the sheet holds now, as it would be sent, without the rows' own numbers."""
    lines = content_of(session, sheet_of(session, unit), timed=False)["lines"]
    return [_without_ids(line) for line in lines if line["code"].startswith(area)]


def _without_ids(line: dict[str, Any]) -> dict[str, Any]:
    bare = {name: value for name, value in line.items() if name != "line"}
    bare["explanation"] = line["explanation"] and line["explanation"]["text"]
    bare["evidence"] = [
        {name: value for name, value in proof.items() if name not in ("link", "document")}
        for proof in line["evidence"]
    ]
    return bare


def _given(row: Row) -> Iterator[int | str]:
    """What goes into each cell: the place of a choice, or a text."""
    match row.rule:
        case kinds.YesNo():
            yield 0 if row.inputs["answer"] else 1
        case kinds.Steps():
            yield row.inputs["option"]
        case kinds.Checklist(_, items):
            yield from (0 if n in row.inputs["ticked"] else 1 for n in range(len(items)))
        case _:
            yield from _typed(row)


def _typed(row: Row) -> list[str]:
    match row.rule:
        case kinds.Tiers():
            return [_vietnamese(row.inputs["value"])]
        case kinds.Ratio():
            return [_vietnamese(row.inputs[name]) for name in ("denominator", "numerator")]
        case kinds.Penalty():
            return [str(cases) for cases in row.inputs["cases"]]
        case kinds.Manual():
            return [_vietnamese(row.inputs["points"]), row.inputs["reason"]]
    raise ValueError(f"nothing is typed for {row.rule}")


def _vietnamese(figure: str) -> str:
    return f"{Decimal(figure).normalize():f}".replace(".", ",")


def _label(option: kinds.Option) -> str:
    """The beginning of a button, as far as it is never cut."""
    return option.label[:40]
