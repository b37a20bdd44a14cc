"""By whose post papers are signed follows from the unit; the operator may say otherwise (ND30)."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session, sessionmaker

from bot.words import Words
from models import signatories, units
from models.people import By, Role
from models.refusals import Refusal
from models.units import Unit, UnitKind
from tests.clock import at
from tests.models.office import Office

NOW = at("2026-11-03 10:05")


def unit(name: str, kind: UnitKind = UnitKind.DEPARTMENT) -> Unit:
    return Unit(id=1, code="X", name=name, short_name=name, kind=kind)


def written(session: Session, of: Unit, title: str = "") -> list[str]:
    found = signatories.of(session, of, title)
    text = found if isinstance(found, str) else Words().plain(found.name, "vi", **found.values)
    return text.split("\n")


POSTS = [
    (unit("Sở Nội vụ"), "", ["GIÁM ĐỐC"]),
    (unit("Văn phòng UBND tỉnh"), "", ["CHÁNH VĂN PHÒNG"]),
    (unit("Thanh tra tỉnh"), "", ["CHÁNH THANH TRA"]),
    (unit("Ban Dân tộc"), "", ["TRƯỞNG BAN"]),
    (unit("Ban Quản lý các khu công nghiệp"), "", ["TRƯỞNG BAN"]),
    (unit("Cục Thuế tỉnh"), "", ["CỤC TRƯỞNG"]),
    (unit("Chi cục Kiểm lâm"), "", ["CHI CỤC TRƯỞNG"]),
    (unit("Phòng Nội vụ"), "", ["TRƯỞNG PHÒNG"]),
    (unit("Kho bạc Nhà nước tỉnh"), "", ["GIÁM ĐỐC"]),
    (unit("Bảo hiểm xã hội tỉnh"), "", ["GIÁM ĐỐC"]),
    (unit("Công an tỉnh"), "", ["GIÁM ĐỐC"]),
    (unit("Trung tâm Phục vụ hành chính công"), "", ["GIÁM ĐỐC"]),
    (unit("Văn phòng Đăng ký đất đai"), "", ["GIÁM ĐỐC"]),
    (unit("Hội Nông dân tỉnh"), "", ["THỦ TRƯỞNG CƠ QUAN"]),
    (unit("UBND tỉnh"), "", ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]),
    (unit("Thành phố X", UnitKind.DISTRICT), "", ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]),
    (unit("Xã Phúc Sơn", UnitKind.COMMUNE), "", ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]),
    (unit("Sở Nội vụ"), "Giám đốc", ["Giám đốc"]),
    (unit("Sở Nội vụ"), "Phó Giám đốc", ["KT. Giám đốc", "Phó Giám đốc"]),
    (unit("Cục Thuế tỉnh"), "Phó Cục trưởng", ["KT. Cục trưởng", "Phó Cục trưởng"]),
    (
        unit("UBND huyện Lục Nam", UnitKind.DISTRICT),
        "Phó Chủ tịch",
        ["TM. ỦY BAN NHÂN DÂN", "KT. Chủ tịch", "Phó Chủ tịch"],
    ),
]


def test_the_post_follows_from_the_unit_and_the_head(province: sessionmaker[Session]) -> None:
    """Decree 30/2020, article 13."""
    with province() as session:
        found = [written(session, of, title) for of, title, _ in POSTS]
    assert found == [lines for _, _, lines in POSTS]


def test_the_operator_says_who_signs_instead(province: sessionmaker[Session]) -> None:
    with province() as session:
        snv, by = units.by_code(session, "SNV"), By(NOW)
        assert snv is not None
        signatories.choose(session, by, snv, "KT. Giám đốc / Phó Giám đốc")
        assert written(session, snv) == ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]
        with pytest.raises(Refusal, match="signatory_too_long"):
            signatories.choose(session, by, snv, "a / b / c / d")
        officer = replace(Office(session).by("STP", Role.HEAD), at=NOW)
        with pytest.raises(Refusal, match="not_your_role"):
            signatories.choose(session, officer, snv, "Tôi")
        signatories.choose(session, by, snv, "")
        assert written(session, snv) == ["GIÁM ĐỐC"]
