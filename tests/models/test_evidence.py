"""Evidence of the units (domain.md 7; F26–F30, N5, N6): handed in, filed, replaced, taken off."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace as changed
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import assessment, audit, evidence, units
from models.assessment import Assessment, Line
from models.evidence import rules
from models.files import Received, StoredFile, as_json, clean_name, from_json
from models.people import Binding, By, Person, Role
from models.refusals import Refusal
from tests.clock import at

DAY = at("2026-11-03 10:05")
SAID = "KH 12/KH-STP 08/01/2026 mục II tr.3"


def handed(name: str, size: int = 100) -> Received:
    return Received(name, size, hashlib.sha256(name.encode()).hexdigest(), "application/pdf")


@pytest.fixture
def session(province: sessionmaker[Session]) -> Iterator[Session]:
    with province() as session:
        yield session


def officer(session: Session, code: str, role: Role = Role.FOCAL_OFFICER) -> By:
    unit = units.by_code(session, code)
    assert unit is not None
    person = Person(name=f"{code} {role}", created_at=DAY)
    session.add(person)
    session.flush()
    binding = Binding(person=person, unit=unit, role=role, since=DAY)
    session.add(binding)
    session.flush()
    return By(DAY, person, binding)


@pytest.fixture
def an(session: Session) -> By:
    return officer(session, "STP")


@pytest.fixture
def sheet(session: Session, an: By) -> Assessment:
    assert an.unit_id is not None
    found = assessment.sheet_of(session, an.unit_id)
    assert found is not None
    return found


def line(session: Session, sheet: Assessment, code: str) -> Line:
    found = assessment.find_line(session, sheet.id, code)
    assert found is not None
    return found


def refused(refusal: Refusal | None) -> str | None:
    return refusal and refusal.name


def test_one_document_proves_several_lines_and_its_bytes_are_kept_once(
    session: Session, an: By, sheet: Assessment
) -> None:
    """F30, F28, F29: the caption fills in the card; the locator belongs to the line."""
    first, second = line(session, sheet, "1.1.1"), line(session, sheet, "1.1.2")
    link = evidence.attach(session, an, first, handed("KH-12.pdf"), SAID)
    other = evidence.file_under(session, an, link.evidence, second, "Phụ lục")
    document = link.evidence
    assert (document.number, document.dated_on) == ("12/KH-STP", date(2026, 1, 8))
    assert (link.locator, other.locator) == ("mục II tr.3", "Phụ lục")
    assert evidence.filed_lines(session, document.id) == [first, second]

    again = evidence.attach(session, an, line(session, sheet, "1.2.1"), handed("KH-12.pdf"))
    assert again.evidence.id != document.id
    assert session.scalars(select(func.count(StoredFile.id))).one() == 1
    assert evidence.lines_with_content(session, again.evidence) == [first, second, again.line]
    assert evidence.holdings(session, sheet.id) == evidence.Holdings(2, 3, 0)


def test_the_same_bytes_prove_a_line_once(session: Session, an: By, sheet: Assessment) -> None:
    here = line(session, sheet, "1.1.1")
    evidence.attach(session, an, here, handed("KH-12.pdf"))
    twin = evidence.add(session, an, sheet, changed(handed("KH-12.pdf"), name="KH-12 (1).pdf"))
    assert evidence.why_not_file(session, an, twin, here) == Refusal(
        "same_evidence_here", file="KH-12 (1).pdf", code="1.1.1"
    )


def test_a_replaced_version_stays_and_points_to_the_new_one(
    session: Session, an: By, sheet: Assessment
) -> None:
    """F27, I9: what the new caption leaves out is taken over."""
    here = line(session, sheet, "1.1.1")
    old = evidence.attach(session, an, here, handed("cu.pdf"), SAID)
    new = evidence.replace(session, an, old, handed("moi.pdf"))
    assert (new.evidence.number, new.locator) == ("12/KH-STP", "mục II tr.3")
    assert evidence.open_links(session, here.id) == [new]
    assert evidence.history(session, here.id) == [old]
    assert (old.closed_at, old.replaced_by_id) == (DAY, new.id)
    with pytest.raises(Refusal, match="evidence_not_there"):
        evidence.replace(session, an, old, handed("nua.pdf"))


def test_what_is_taken_off_is_closed_and_can_be_filed_again(
    session: Session, an: By, sheet: Assessment
) -> None:
    here = line(session, sheet, "1.1.1")
    link = evidence.attach(session, an, here, "https://congbao.gov.vn/12")
    evidence.remove(session, an, link)
    assert (evidence.open_links(session, here.id), link.closed_at) == ([], DAY)
    assert evidence.unfiled(session, sheet.id) == []
    evidence.file_under(session, an, link.evidence, here)
    assert [each.evidence.url for each in evidence.open_links(session, here.id)] == [
        "https://congbao.gov.vn/12"
    ]


def test_what_waits_for_its_line_is_found_again(
    session: Session, an: By, sheet: Assessment
) -> None:
    kept = evidence.add(session, an, sheet, handed("a.pdf"))
    dropped = evidence.add(session, an, sheet, handed("b.pdf"))
    evidence.set_aside(session, an, dropped)
    assert evidence.unfiled(session, sheet.id) == [kept]
    evidence.file_under(session, an, kept, line(session, sheet, "1.1.1"))
    assert evidence.unfiled(session, sheet.id) == []


def test_an_explanation_stands_in_place_of_a_document(
    session: Session, an: By, sheet: Assessment
) -> None:
    """N5: written, not too long; a newer one closes the one before."""
    here = line(session, sheet, "1.1.1")
    first = evidence.explain(session, an, here, "Không phát sinh.")
    second = evidence.explain(session, an, here, "x" * 2000)
    assert evidence.explanations(session, here.id) == [second, first]
    assert (first.closed_at, second.closed_at) == (DAY, None)
    for text, name in (("  ", "explanation_empty"), ("x" * 2001, "explanation_too_long")):
        assert refused(evidence.why_not_explain(session, an, here, text)) == name


def test_who_may_hand_in_when_and_for_which_line(
    session: Session, an: By, sheet: Assessment
) -> None:
    """I8, R6.2: the unit's own people, while the window is open, for the unit's own work."""
    here, survey = line(session, sheet, "1.1.1"), line(session, sheet, "1.8.1")
    late = changed(an, at=at("2026-11-16 00:00"))
    tries = {
        "in time": (changed(an, at=at("2026-11-15 23:59")), here, None),
        "too late": (late, here, "window_closed"),
        "too early": (changed(an, at=at("2026-10-14 23:59")), here, "window_not_open"),
        "head": (officer(session, "STP", Role.HEAD), here, None),
        "observer": (officer(session, "STP", Role.OBSERVER), here, "not_your_role"),
        "another unit": (officer(session, "STC"), here, "not_your_unit"),
        "survey": (an, survey, "line_needs_no_evidence"),
    }
    said = {
        who: refused(evidence.why_not_prove(session, by, to)) for who, (by, to, _) in tries.items()
    }
    assert said == {who: expected for who, (_, _, expected) in tries.items()}
    link = evidence.attach(session, an, here, handed("a.pdf"))
    for act in (
        lambda: evidence.remove(session, late, link),
        lambda: evidence.set_locator(session, late, link, "tr.1"),
        lambda: evidence.replace(session, late, link, handed("b.pdf")),
        lambda: evidence.explain(session, late, here, "x"),
        lambda: evidence.add(session, late, sheet, handed("c.pdf")),
    ):
        with pytest.raises(Refusal, match="window_closed"):
            act()


def test_quotas_are_exact(session: Session, an: By, sheet: Assessment) -> None:
    """reliability.md 4: 1 GiB a line, 5 GiB a unit; the same bytes count once."""
    first, second = line(session, sheet, "1.1.1"), line(session, sheet, "1.1.2")
    evidence.attach(session, an, first, handed("lon.pdf", rules.BYTES_A_LINE))
    small = evidence.add(session, an, sheet, handed("nho.pdf", 1))
    assert refused(evidence.why_not_file(session, an, small, first)) == "line_has_too_much"
    evidence.file_under(session, an, small, second)
    rest = rules.BYTES_A_UNIT - rules.BYTES_A_LINE - 1
    assert refused(evidence.why_not_add(session, an, sheet, rest + 1)) == "unit_has_too_much"
    evidence.add(session, an, sheet, handed("vua.pdf", rest))
    evidence.add(session, an, sheet, handed("vua.pdf", rest))
    with pytest.raises(Refusal, match="unit_has_too_much"):
        evidence.add(session, an, sheet, handed("them.pdf", 1))


def test_a_line_takes_forty_documents(session: Session, an: By, sheet: Assessment) -> None:
    here = line(session, sheet, "1.1.1")
    for number in range(rules.FILES_A_LINE):
        evidence.attach(session, an, here, f"https://a.vn/{number}")
    with pytest.raises(Refusal, match="line_has_too_many"):
        evidence.attach(session, an, here, "https://a.vn/41")


def test_likely_lines_go_by_words_then_by_what_is_missing(
    session: Session, an: By, sheet: Assessment
) -> None:
    """N14."""

    def likely(text: str) -> list[str]:
        return [each.code for each in evidence.likely_lines(session, sheet.id, text)]

    assert likely("bao cao CCHC dinh ky.pdf")[0] == "1.2.1"
    assert likely("2.1.1_KH-12.pdf")[0] == "2.1.1"
    assert likely("scan0001.pdf") == ["1.1.1", "1.1.2", "1.1.3"]
    evidence.attach(session, an, line(session, sheet, "1.1.1"), handed("a.pdf"))
    assert likely("scan0001.pdf") == ["1.1.2", "1.1.3", "1.2.1"]
    following = evidence.next_unproven(session, sheet.id, "1.1.2")
    assert following is not None
    assert following.code == "1.1.3"


def test_every_act_is_in_the_audit_log(session: Session, an: By, sheet: Assessment) -> None:
    here = line(session, sheet, "1.1.1")
    link = evidence.attach(session, an, here, handed("a.pdf"))
    evidence.set_locator(session, an, link, " trang  3 ")
    evidence.remove(session, an, evidence.replace(session, an, link, handed("b.pdf")))
    evidence.explain(session, an, here, "x")
    session.commit()
    entries = session.scalars(
        select(audit.AuditEntry.action)
        .where(audit.AuditEntry.person_id == an.person_id)
        .order_by(audit.AuditEntry.id)
    ).all()
    assert entries == [
        *("evidence_added", "evidence_filed", "locator_set"),
        *("evidence_added", "evidence_filed", "evidence_replaced", "evidence_removed"),
        "explained",
    ]
    assert audit.check_chain(session) is None


def test_a_received_file_comes_back_from_memory_as_it_was() -> None:
    refused_file = Received("a.xlsm", 5, refusal=Refusal("file_has_macros", instead=".xlsx"))
    for file in (handed("a.pdf"), refused_file):
        assert from_json(as_json(file)) == file


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\tai lieu\\kế hoạch.docx", "kế hoạch.docx"),
        ("bao cao\u202efdp.exe", "bao caofdp.exe"),
        ("K\u0065\u0302\u0301 hoa\u0323ch\u200b.pdf", "Kế hoạch.pdf"),
        ("a\x00b\nc.pdf", "ab c.pdf"),
        ("..", "file"),
        ("đ" * 300 + ".docx", "đ" * 97 + ".docx"),
    ],
)
def test_a_name_is_shown_without_what_could_mislead(sent: str, shown: str) -> None:
    """T12: no folders, no control, direction or zero-width signs, at most 200 bytes."""
    assert clean_name(sent) == shown


@pytest.mark.parametrize(
    ("caption", "issuer"),
    [
        ("1.1.1 KH 12/KH-SNV 08/01/2026", "Sở Nội vụ"),
        ("Công văn 215/SNV-CCHC", "Sở Nội vụ"),
        ("3/KH-SNN&PTNT", "Sở Nông nghiệp và Phát triển nông thôn"),
        ("15/ttr-sldtbxh", "Sở Lao động - Thương binh và Xã hội"),
        ("1823/QĐ-UBND", ""),
        ("05/2024/NĐ-CP", ""),
        ("12/KH-SNV, cơ quan ban hành: Sở Tư pháp", "Sở Tư pháp"),
        ("", ""),
    ],
)
def test_the_issuer_is_read_from_the_symbol_by_the_units_known(
    session: Session, an: By, sheet: Assessment, caption: str, issuer: str
) -> None:
    """F28: what no known unit issued stays open; "UBND" alone is anybody's."""
    added = evidence.add(session, an, sheet, handed("a.pdf"), caption)
    assert added.issuer == issuer


def test_another_number_takes_its_issuer_along(
    session: Session, an: By, sheet: Assessment
) -> None:
    """F28: what the old symbol told does not stay with a new one; what was typed does."""
    link = evidence.attach(session, an, line(session, sheet, "1.1.1"), handed("a.pdf"), SAID)
    assert link.evidence.issuer == "Sở Tư pháp"
    evidence.describe(session, an, link, "số 7/KH-SNV")
    assert link.evidence.issuer == "Sở Nội vụ"
    evidence.describe(session, an, link, "số 8/QĐ-UBND")
    assert link.evidence.issuer == ""
    evidence.describe(session, an, link, "UBND huyện Sơn Động")
    evidence.describe(session, an, link, "số 9/QĐ-UBND")
    assert link.evidence.issuer == "UBND huyện Sơn Động"
