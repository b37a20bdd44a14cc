"""Files that are too large, empty, forbidden, oddly named, or come in a bunch: over the Bot API,
with the whole bot (F32, F33, T10, design.md 6)."""

import hashlib
import re

import httpx
from sqlalchemy import select

from models.evidence import Evidence
from models.files import StoredFile
from tests.bot.corpus import OFFICE_PARTS, archive, one_part, workbook
from tests.faults.stage import RECEIPT, Stage, eventually
from tests.papers import pdf

MIB = 1 << 20
MACROS = archive(OFFICE_PARTS | {"xl/vbaProject.bin": "x"})
REFUSED = {
    "trong.pdf": (
        b"",
        "tệp trống. Anh/chị kiểm tra lại tệp trên máy rồi gửi lại.",
    ),
    "bao cao.pdf": (
        b"MZ" + bytes(200),
        "tệp là chương trình hoặc tập lệnh. Anh/chị gửi văn bản dạng .pdf, .docx, .xlsx hoặc ảnh.",
    ),
    "so lieu.xlsm": (
        MACROS,
        "tệp có macro. Anh/chị lưu lại dạng .xlsx hoặc .pdf rồi gửi lại.",
    ),
    "so lieu.xlsx": (
        MACROS,
        "tệp có macro. Anh/chị lưu lại dạng .xlsx hoặc .pdf rồi gửi lại.",
    ),
    "khoa.zip": (
        one_part(b"a.pdf", b"xxxx", flags=1),
        "tệp có đặt mật khẩu nên người thẩm định không mở được. Anh/chị bỏ mật khẩu rồi gửi lại.",
    ),
}
KEPT = {
    "so lieu that.xlsx": workbook(),
    "la.bin": bytes(range(256)),
    "scan.zip": archive({"a.pdf": b"x"}),
    "tai lieu.hwp": b"\x01 gi do",
}
NAMES = {
    "../../etc/passwd": "passwd",
    "C:\\Users\\an\\KH 12.pdf": "KH 12.pdf",
    "KH\x07\x1b[31m\r\n12.pdf": "KH[31m 12.pdf",
    "KH \u202efdp.12\u2066\u200b.docx": "KH fdp.12.docx",
    "....": "file",
    "<b>&amp; {name}%s'\"; DROP TABLE.pdf": "<b>&amp; {name}%s'\"; DROP TABLE.pdf",
}
UNITS = ("STP", "STC", "SCT", "SXD", "SYT", "SNGV")  # A chat gets one message a second.


def test_forbidden_files_are_refused_with_the_reason_and_everything_else_is_kept(
    stage: Stage,
) -> None:
    for unit, (name, (content, reason)) in zip(UNITS, REFUSED.items(), strict=False):
        an = stage.officer(name, unit)
        answer = an.sends([(name, content)], "1.1.1", f'Chưa nhận tệp "{name}"')
        assert answer.text == f'Chưa nhận tệp "{name}": {reason}'
        assert [button.label for button in answer.buttons] == ["Nộp tài liệu", "Về trang đầu"]
    assert stage.kept() == []
    an.sends(list(KEPT.items()), "1.1.1", "✓ Đã lưu 4/4 tệp")
    assert stage.filed() == list(KEPT)


def test_a_file_of_25_mb_comes_by_a_one_time_link_and_is_filed_where_it_was_sent(
    stage: Stage,
) -> None:
    an = stage.officer()
    content = pdf("Phụ lục") + bytes(25 * MIB)
    refusal = an.sends([("phu luc.pdf", content)], "1.1.1 KH 12/KH-STP tr.3", "vượt mức 20 MB")
    lines = refusal.text.split("\n")
    assert lines[0] == (
        'Chưa nhận được tệp "phu luc.pdf": 25 MB, vượt mức 20 MB Telegram cho phép.'
    )
    assert lines[1].startswith(
        "Anh/chị tải lên qua liên kết sau (tối đa 200 MB, dùng một lần, hết hạn lúc 10:35): http"
    )
    assert lines[2] == "Nội dung đã nhập trước đó vẫn được giữ nguyên."
    assert stage.api.state()["calls"].get("getFile", 0) == 0
    said = len(an.texts)
    [url] = re.findall(r"http\S+", refusal.text)
    with httpx.Client(trust_env=False, headers={"Origin": stage.live.addresses.web}) as client:
        assert client.get(url).status_code == 200
        assert client.post(url, files={"file": ("phu luc.pdf", content)}).status_code == 200
        assert client.post(url, files={"file": ("phu luc.pdf", content)}).status_code == 403
    receipt = an.sees(RECEIPT, after=said).text.split("\n")
    assert receipt[0] == "✓ Đã lưu 1/1 tệp cho 1.1.1 Ban hành kế hoạch đúng thời hạn"
    assert receipt[1].startswith("Số 12/KH-STP · 25 MB · mã tệp ")
    assert receipt[2] == "Trang, mục: tr.3"
    with stage.sessions() as session:
        [stored] = session.scalars(select(StoredFile))
        [document] = session.scalars(select(Evidence))
    assert (stored.sha256, stored.size, document.name) == (
        hashlib.sha256(content).hexdigest(),
        len(content),
        "phu luc.pdf",
    )


def test_names_are_data_without_paths_and_unseen_signs(stage: Stage) -> None:
    """T12, T20: a name is shown clean, and no path is made of it."""
    for unit, (sent, shown) in zip(UNITS, NAMES.items(), strict=False):
        an = stage.officer(unit, unit)
        question = an.sends([(sent, pdf(sent))], "", "là tài liệu kiểm chứng của tiêu chí nào?")
        assert question.text.startswith(f'Tệp "{shown}" (')
    assert stage.kept() == list(NAMES.values())
    folder = stage.live.bot.config.storage.directory
    # A reminder's file may just be on its way into the store.
    kept = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "tmp"]
    assert len(kept) >= len(NAMES)
    assert [path for path in kept if not re.fullmatch(r"[0-9a-f]{64}", path.name)] == []


def test_an_album_is_one_upload_with_one_receipt(stage: Stage) -> None:
    """F33: the caption stands on the first; what is refused is named in the receipt."""
    an = stage.officer()
    papers = [(f"{n}.pdf", pdf(f"{n}")) for n in range(4)]
    files = [*papers[:2], ("so lieu.xlsm", MACROS), *papers[2:]]
    receipt = an.sends(files, "1.1.1", "✓ Đã lưu 4/5 tệp cho 1.1.1")
    assert 'Chưa nhận tệp "so lieu.xlsm": tệp có macro.' in receipt.text
    an.asks("/lich", "Lịch đợt đánh giá")
    stage.settled()
    assert len(an.texts) == 2
    assert stage.filed() == [name for name, _ in papers]


def test_what_follows_an_album_is_no_part_of_it(stage: Stage) -> None:
    """Two albums and a text in a row: three answers, in their order."""
    an = stage.officer()
    for n in range(2):
        an.user.album([(f"{n}{part}.pdf", pdf(f"{n}{part}")) for part in "ab"], f"1.1.{n + 1}")
    an.user.text("/lich")
    eventually(lambda: len(an.texts) >= 3)
    stage.settled()
    assert [text.split("\n")[0][:26] for text in an.texts] == [
        "✓ Đã lưu 2/2 tệp cho 1.1.1",
        "✓ Đã lưu 2/2 tệp cho 1.1.2",
        "Lịch đợt đánh giá năm 2026",
    ]


def test_downloads_that_break_off_are_taken_whole_in_the_end(stage: Stage) -> None:
    """X20; what was said after them waits, what others say does not."""
    binh = stage.officer("Bình", "SYT")
    officers = [stage.officer(unit, unit) for unit in UNITS[:3]]
    for kind in ("cut", "short", "502"):
        stage.api.fault("download", kind, at=100)
    for n, an in enumerate(officers):
        an.user.document(f"{n}.pdf", pdf(f"{n}"), "1.1.1")
        an.user.text("/lich")
    binh.asks("/lich", "Lịch đợt đánh giá")
    assert stage.kept() == []
    for an in officers:
        an.sees("Lịch đợt đánh giá")
        assert [text.split("\n")[0][:16] for text in an.texts] == [RECEIPT, "Lịch đợt đánh gi"]
    assert sorted(stage.filed()) == ["0.pdf", "1.pdf", "2.pdf"]


def test_a_file_that_the_platform_never_gives_holds_its_chat_up_for_minutes_only(
    stage: Stage,
) -> None:
    """I11: Telegram is there, and says no to this one file for good."""
    an = stage.officer()
    stage.api.fault("download", "404", times=-1)
    an.user.document("KH.pdf", pdf("KH"), "1.1.1")
    an.user.text("/lich")
    stage.api.wait("confirmed", 2)
    stage.clock.forward(minutes=11)
    an.sees("Lịch đợt đánh giá")
    assert an.texts[0] == (
        'Chưa nhận được tệp "KH.pdf": nền tảng trò chuyện không chuyển tệp đến hệ thống. '
        "Anh/chị vui lòng gửi lại tệp này."
    )
