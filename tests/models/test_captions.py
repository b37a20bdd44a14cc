"""A caption fills in the evidence card (F28, F29, N6); what it does not say is asked for."""

from datetime import date

import pytest

from models.evidence.captions import Caption, parse

DAY = date(2026, 1, 8)

SAID = {
    "1.1.1 KH 12/KH-STP 08/01/2026 mục II tr.3": Caption(
        ("1.1.1",), "kh", "12/KH-STP", DAY, "mục II tr.3", "KH"
    ),
    "1.1.1": Caption(("1.1.1",)),
    "": Caption(),
    "TC 2.4: Kế hoạch số 12/kh-stp ngày 8/1/2026": Caption(
        ("2.4",), "kh", "12/KH-STP", DAY, "", "Kế hoạch"
    ),
    "1.1.1, 1.1.2 và 1.2.1": Caption(("1.1.1", "1.1.2", "1.2.1"), rest="và"),
    "Báo cáo quý III ngày 08 tháng 01 năm 2026 trang 4-6": Caption(
        (), "bc", "", DAY, "trang 4-6", "Báo cáo quý III"
    ),
    "QD 1823/QĐ-UBND 2026-01-08": Caption((), "qd", "1823/QĐ-UBND", DAY, "", "QD"),
    "05/2024/NĐ-CP": Caption(number="05/2024/NĐ-CP"),
    "8.1.26 so: 15/TTr-SNV": Caption((), "ttr", "15/TTr-SNV", DAY),
    "muc 2.1 tr 3, phu luc 1": Caption(locator="muc 2.1 tr 3, phu luc 1"),
    "31/02/2026 1.1.1.": Caption(("1.1.1",), rest="31/02/2026"),
    "47/50 nhiệm vụ, đạt 94%": Caption(rest="47/50 nhiệm vụ, đạt 94%"),
    "1.1.1\u202e\u200b KH": Caption(("1.1.1",), "kh", rest="KH"),
    "1.1.1 Ủy ban đồng ý": Caption(("1.1.1",), rest="Ủy ban đồng ý"),
    "12/KH-X 08/01/2026 mục II, cơ quan ban hành: Hội Luật gia tỉnh": Caption(
        (), "kh", "12/KH-X", DAY, "mục II", issuer="Hội Luật gia tỉnh"
    ),
    "1.1.1 CQBH Sở Nội vụ; bản sao": Caption(("1.1.1",), rest="bản sao", issuer="Sở Nội vụ"),
    "tờ trình số liệu": Caption((), "ttr", rest="tờ trình số liệu"),
}


@pytest.mark.parametrize("text", SAID)
def test_a_caption_is_read_as_far_as_it_says_something(text: str) -> None:
    assert parse(text) == SAID[text]
