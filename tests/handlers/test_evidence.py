"""/minhchung: officers hand in what proves their lines, from wherever they are (F26–F33, N14)."""

import re

import pytest

from models.files import Received
from models.people import Role
from models.refusals import Refusal
from tests.bench import Bench, Officer, received

MIB = 1 << 20
KH = ("KH-12.pdf", b"%PDF-1.4 ke hoach")
BC = ("bao cao quy III.pdf", b"%PDF-1.4 bao cao")


@pytest.fixture
def an(bench: Bench) -> Officer:
    return bench.officer("Nguyễn Văn An", "STP")


def macros(name: str = "so lieu.xlsm") -> Received:
    return Received(name, 10, refusal=Refusal("file_has_macros", file=name, instead=".xlsx"))


def too_large(name: str = "phu luc.pdf") -> Received:
    values = {"file": name, "size": 25 * MIB, "limit": 20 * MIB}
    return Received(name, 25 * MIB, refusal=Refusal("file_too_large", **values))


def test_a_caption_with_a_code_files_itself(an: Officer) -> None:
    """F28, N6: and the receipt says what is still to be given."""
    an.sends(KH, caption="1.1.1 KH 12/KH-STP 08/01/2026")
    assert an.text.split("\n") == [
        "✓ Đã lưu 1/1 tệp cho 1.1.1 Ban hành kế hoạch đúng thời hạn",
        f"Số 12/KH-STP · 08/01/2026 · 17 B · mã tệp {received(*KH).sha256[:8]}",
        "Chưa ghi: trang, mục chứng minh.",
    ]
    assert an.labels == [
        "Ghi trang, mục",
        "Gắn thêm tiêu chí",
        "Tiêu chí còn thiếu 1.1.2",
        "Gỡ tệp này",
        "Về trang đầu",
    ]
    an.picks("evidence_locator")
    an.types("mục II tr.3")
    assert "Trang, mục: mục II tr.3" in an.text
    assert "Chưa ghi" not in an.text


def test_what_the_card_does_not_say_is_listed_and_may_stay_open(an: Officer) -> None:
    """N6: given bit by bit, in any order; nothing of it holds anybody up."""
    an.sends(BC, caption="1.2.1")
    assert an.text.split("\n")[2:] == [
        "Chưa ghi: số, ngày, cơ quan ban hành, trang, mục chứng minh."
    ]
    an.picks("evidence_locator")
    an.types("Sở KH&ĐT")
    assert "Cơ quan ban hành: Sở Kế hoạch và Đầu tư" in an.text
    assert "Chưa ghi: số, ngày, trang, mục chứng minh." in an.text
    an.picks("evidence_locator")
    an.types("45/BC-X ngày 08/01/2026, tr.3, cơ quan ban hành: Hội Luật gia tỉnh")
    assert "Số 45/BC-X · 08/01/2026" in an.text
    assert "Cơ quan ban hành: Hội Luật gia tỉnh" in an.text
    assert "Chưa ghi" not in an.text


def test_a_file_without_a_caption_is_asked_for_its_line(an: Officer) -> None:
    """N14: three likely lines, words or a code; the file is kept meanwhile."""
    an.sends(BC)
    assert an.text.startswith(
        'Tệp "bao cao quy III.pdf" (16 B) là tài liệu kiểm chứng của tiêu chí nào?'
    )
    assert an.labels[0] == "1.2.1 Báo cáo CCHC định kỳ trong năm"
    assert an.labels[3:] == ["Chọn theo lĩnh vực", "Bỏ tệp", "Về trang đầu"]
    an.types("khong co tieu chi nay")
    an.sees("refusal.evidence_line_unknown")
    an.types("ban hanh ke hoach dung thoi han")
    an.sees("evidence_saved", saved=1, total=1, codes=["1.1.1"])


def test_a_line_is_reached_by_area_and_criterion(an: Officer) -> None:
    an.sends(BC)
    an.picks("evidence_by_area")
    an.picks("evidence_area")
    an.picks("evidence_criterion")
    an.picks("evidence_line")
    an.sees("evidence_saved", codes=["1.1.1"])


def test_an_album_is_one_upload_with_one_receipt(an: Officer) -> None:
    """F33: what was refused is named with its reason and the way out."""
    an.sends(KH, BC, macros(), caption="1.1.1")
    an.sees("evidence_saved", saved=2, total=3, codes=["1.1.1"])
    assert 'tệp "so lieu.xlsm": tệp có macro. Anh/chị lưu lại dạng .xlsx hoặc .pdf' in an.text
    assert len(an.messages) == 1


def test_a_file_that_is_too_large_gets_the_web_link(bench: Bench, an: Officer) -> None:
    an.sends(too_large(), caption="1.1.1")
    lines = an.text.split("\n")
    assert lines[0] == ('Chưa nhận được tệp "phu luc.pdf": 25 MB, vượt mức 20 MB Test cho phép.')
    assert lines[1].startswith(
        "Anh/chị tải lên qua liên kết sau (tối đa 200 MB, dùng một lần, hết hạn lúc 10:35): "
        "https://cchc.test/upload/"
    )
    assert lines[2] == "Nội dung đã nhập trước đó vẫn được giữ nguyên."


def test_a_refused_file_does_not_disturb_what_was_asked(an: Officer) -> None:
    an.sends(BC)
    an.sends(macros())
    an.sees("evidence_not_saved")
    an.types("1.2.1")
    an.sees("evidence_saved", codes=["1.2.1"])


def test_one_file_proves_several_lines_without_being_sent_again(an: Officer) -> None:
    """F30; and the same content is recognised."""
    an.sends(KH, caption="1.1.1, 1.1.2")
    an.sees("evidence_saved", saved=1, total=1, codes=["1.1.1", "1.1.2"])
    an.picks("evidence_also")
    an.types("1.1.3 tr.5")
    an.sees("evidence_saved", codes=["1.1.3"])
    assert "Trang, mục: tr.5" in an.text
    an.sends(KH, caption="1.1.3")
    an.sees("evidence_not_saved")
    assert '"KH-12.pdf" trùng nội dung với tài liệu đã có ở 1.1.3' in an.text
    an.sends(KH, caption="1.2.1")
    assert 'Nội dung của "KH-12.pdf" đã có ở 1.1.1, 1.1.2, 1.1.3.' in an.text


def test_a_version_is_replaced_and_the_old_one_stays(an: Officer) -> None:
    """F27."""
    an.sends(KH, caption="1.1.1 tr.2")
    an.types("/minhchung 1.1.1")
    an.picks("evidence_open")
    an.sees("evidence_card", file="KH-12.pdf")
    an.picks("evidence_replace")
    an.sends(("KH-12 moi.pdf", b"%PDF-1.4 moi"))
    an.sees("evidence_card", file="KH-12 moi.pdf")
    assert "Trang, mục: tr.2" in an.text
    an.picks("back")
    an.picks("evidence_history")
    an.picks("evidence_open")
    an.sees("evidence_card", file="KH-12.pdf")
    assert "○ Đã thay bằng bản khác lúc" in an.text
    an.picks("evidence_download")
    enclosure = an.last.enclosure
    assert enclosure is not None
    assert (enclosure["name"], enclosure["sha256"]) == ("KH-12.pdf", received(*KH).sha256)


def test_a_file_taken_off_can_be_put_back(an: Officer) -> None:
    an.sends(KH, caption="1.1.1")
    an.picks("evidence_remove")
    an.sees("evidence_removed", code="1.1.1")
    an.picks("evidence_remove", on=an.messages[0])
    an.sees("refusal.evidence_not_there")
    an.picks("evidence_restore")
    an.sees("evidence_card", file="KH-12.pdf")


def test_a_link_or_an_explanation_stands_in_place_of_a_file(an: Officer) -> None:
    """N5: and a text that is too long is not lost."""
    an.types("/minhchung 1.1.1")
    an.picks("evidence_link")
    an.types("khong phai lien ket")
    an.sees("refusal.not_a_link")
    an.types("https://congbao.bacgiang.gov.vn/12 KH 12/KH-STP mục II")
    an.sees("evidence_saved", codes=["1.1.1"])
    assert "Số 12/KH-STP · https://congbao.bacgiang.gov.vn/12" in an.text
    an.types("/minhchung 1.1.2")
    an.picks("explain")
    an.types("từ " * 900)
    an.sees("evidence_explanation_too_long", length=2699)
    an.picks("evidence_keep_beginning")
    an.sees("evidence_explained", code="1.1.2")
    an.picks("explain")
    an.types("Không phát sinh trong năm.")
    an.sees("evidence_explained", text="Không phát sinh trong năm.")


def test_what_was_left_without_a_line_is_found_at_home(an: Officer) -> None:
    an.sends(BC)
    an.sends(KH)
    an.types("/minhchung")
    assert "▲ 2 tệp đã lưu nhưng chưa gắn tiêu chí" in an.text
    an.picks("evidence_unfiled")
    an.picks("evidence_file_now")
    an.picks("evidence_set_aside")
    an.picks("evidence_line", on=an.messages[0])
    an.sees("evidence_saved", saved=1)
    an.types("/minhchung")
    an.sees("evidence_home", documents=1, lines=1, unfiled="")


def test_each_of_several_questions_is_answered_by_its_own_buttons(an: Officer) -> None:
    an.sends(BC)
    an.sends(KH)
    first, second = an.messages
    an.picks("evidence_line", on=second)
    assert f"mã tệp {received(*KH).sha256[:8]}" in an.text
    an.picks("evidence_line", on=first)
    assert f"mã tệp {received(*BC).sha256[:8]}" in an.text


def test_a_file_in_the_middle_of_something_else_leaves_it_as_it_was(an: Officer) -> None:
    an.types("/minhchung 1.1.1")
    an.picks("explain")
    an.types("/lich")
    an.sends(KH, caption="1.1.2")
    an.sees("evidence_saved", codes=["1.1.2"])


def test_outside_the_window_the_answer_is_a_clear_no(bench: Bench, an: Officer) -> None:
    """R6.2: with the dates and what can be done; nothing is taken."""
    an.sends(BC)
    bench.clock.set("2026-11-16 00:00")
    for act in (
        lambda: an.sends(KH, caption="1.1.1"),
        lambda: an.picks("evidence_line", on=an.messages[0]),
    ):
        act()
        an.sees("refusal.window_closed", unit="Sở Tư pháp")
        assert "24:00 Chủ nhật, 15/11/2026" in an.text
        assert "calendar" in [choice.action for choice in an.choices]
    an.types("/minhchung 1.1.1")
    an.sees("evidence_of_line", code="1.1.1")
    assert "explain" not in [choice.action for choice in an.choices]


def test_a_survey_line_takes_nothing_but_the_file_is_kept(an: Officer) -> None:
    an.sends(KH, caption="1.8.1")
    an.sees("evidence_which_line", file="KH-12.pdf")
    assert an.text.startswith("Tiêu chí 1.8.1 không do đơn vị tự đánh giá")
    an.types("1.1.1")
    an.sees("evidence_saved", codes=["1.1.1"])


def test_only_the_units_own_people_hand_in(bench: Bench, an: Officer) -> None:
    """I8: a press that belongs to another unit's line is refused too."""
    reviewer = bench.officer("Trần Thị Bình", "SNV", Role.REVIEWER)
    reviewer.sends(KH, caption="1.1.1")
    reviewer.sees("refusal.not_your_role")
    other = bench.officer("Lê Văn Cường", "STC")
    other.sends(KH, caption="1.1.1")
    other.sees("evidence_saved", codes=["1.1.1"])
    an.types("/minhchung 1.1.1")
    assert "Tài liệu kiểm chứng: chưa có" in an.text


def test_the_same_talk_works_without_buttons(bench: Bench) -> None:
    """I10: letters choose, a number stays data."""
    dung = bench.officer("Phạm Dũng", "STP", channel="plain")
    dung.types("/minhchung 1.1.1")
    dung.types("https://congbao.gov.vn/12")
    dung.sees("evidence_saved", codes=["1.1.1"])
    dung.types("1.2.1")
    dung.sees("evidence_of_line", code="1.2.1")


def test_where_no_files_come_in_a_link_takes_them(bench: Bench) -> None:
    """I10: for the line the person is at, for one that is asked for, and for a newer version."""
    dung = bench.officer("Phạm Dũng", "STP", channel="plain")

    def upload(*files: tuple[str, bytes]) -> None:
        dung.picks("evidence_upload")
        found = re.search(r"https://cchc.test/upload/(\w{26})", dung.text)
        assert found is not None, dung.text
        dung.uploads(found[1], *files)

    dung.types("/minhchung 1.1.1")
    assert "Tải tệp lên" in dung.text
    upload(KH)
    dung.sees("evidence_saved", codes=["1.1.1"])
    dung.picks("menu")
    dung.types("/minhchung")
    upload(BC)
    dung.sees("evidence_which_line", file="bao cao quy III.pdf")
    dung.types("1.2.1")
    dung.sees("evidence_saved", codes=["1.2.1"])
    dung.types("/minhchung 1.1.1")
    dung.picks("evidence_open")
    dung.picks("evidence_replace")
    upload(("KH-12 moi.pdf", b"%PDF-1.4 moi"))
    dung.sees("evidence_card", file="KH-12 moi.pdf")


def test_where_no_files_go_out_the_web_page_has_them(bench: Bench) -> None:
    dung = bench.officer("Phạm Dũng", "STP", channel="plain")
    dung.sends(KH, caption="1.1.1")
    dung.types("/minhchung 1.1.1")
    dung.picks("evidence_open")
    dung.picks("evidence_download")
    there, words = dung.messages[-2:]
    assert (there.name, words.name) == ("file_on_the_web", "evidence_file")
    assert [m.enclosure for m in (there, words)] == [None, None]
    dung.picks("log_in_link")
    dung.sees("log_in_link")


def test_no_link_is_given_when_nothing_would_be_taken(bench: Bench) -> None:
    dung = bench.officer("Phạm Dũng", "STP", channel="plain")
    dung.types("/minhchung 1.1.1")
    bench.clock.set("2026-11-16 00:00")
    dung.picks("evidence_upload")
    dung.sees("refusal.window_closed")
    dung.types("/minhchung")
    assert "evidence_upload" not in [choice.action for choice in dung.choices]
