"""The chat page in a real browser: by keyboard alone, read out, on a phone, off the network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from bot.web.door import COOKIE
from models.messages import Choice, Enclosure
from tests.web.site import Guest, Site

pytestmark = pytest.mark.browser

NEXT = "Về trang đầu"
DROP = """async ([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  document.body.dispatchEvent(
    new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
}"""
# Contrast of each text with what is behind it, as WCAG 2.2 computes it.
CONTRASTS = """() => {
  const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] > 0.9) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const style = getComputedStyle(node);
    if (!own || !node.checkVisibility() || node.closest(".unseen, noscript, script")) continue;
    const [a, b] = [light(parse(style.color)), light(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    found.push([node.textContent.trim().slice(0, 40), ratio, parseFloat(style.fontSize)]);
  }
  return found;
}"""


class Watched:
    """A page, with what it asked for and what went wrong on it."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.page: Page = context.new_page()
        self.site = site
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", self._look)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._hear)

    def open(self, guest: Guest) -> Page:
        self.page.context.add_cookies(
            [
                {
                    "name": COOKIE,
                    "value": guest.token,
                    "domain": "127.0.0.1",
                    "path": f"/c/{guest.chat}",
                }
            ]
        )
        self.page.goto(guest.base)
        return self.page

    def _look(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme != "data" and f"http://{parts.netloc}" != self.site.address:
            self.foreign.append(request.url)

    def _hear(self, message: Any) -> None:
        # A request that fails is reported by the browser itself; the tests look at the page.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)


@pytest.fixture
def watched(browser: Browser, site: Site) -> Iterator[Watched]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, locale="vi-VN", reduced_motion="reduce"
    )
    watched = Watched(context, site)
    yield watched
    context.close()
    assert (watched.foreign, watched.errors) == ([], [])


def test_the_whole_way_by_keyboard_alone(watched: Watched, site: Site) -> None:
    page = watched.page
    page.goto(f"{site.address}/start/{site.invite()}")
    tab_to(page, "Mở trò chuyện")
    page.keyboard.press("Enter")
    last = page.locator("#log .entry.bot").last
    expect(last).to_contain_text("Anh/chị chọn một trong các việc")

    page.keyboard.press("Tab")
    assert focused(page) == "Đến ô nhập nội dung"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'text'")  # A link is not instant.
    page.keyboard.type("2.1.1")
    page.keyboard.press("Enter")
    expect(page.locator("#log .entry")).to_have_count(4)
    assert page.evaluate("document.activeElement.id") == "text"

    tab_to(page, NEXT, "Shift+Tab", within=".entry.current")
    page.keyboard.press("Enter")
    expect(page.locator("#log .entry")).to_have_count(6)
    # The keyboard goes on from the answer: the next stop is its first choice.
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.entry').matches('.current')")
    assert [event.body.get("text") for event in site.events()][1] == "2.1.1"


def test_older_buttons_step_back_and_still_answer(watched: Watched, site: Site) -> None:
    an = site.officer()
    for _ in range(2):
        site.say(an.chat)
    page = watched.open(an)
    expect(page.locator(".entry.current")).to_have_count(1)
    assert page.locator(".entry.bot").last.get_attribute("class") == "entry bot current"
    page.locator(".entry.bot").first.get_by_role("button", name=NEXT).click()
    expect(page.locator("#log .entry.own .text")).to_have_text([NEXT])


def test_what_the_screen_reader_is_told(watched: Watched, site: Site) -> None:
    an = site.officer()
    site.say(an.chat)
    page = watched.open(an)
    log = page.get_by_role("log", name="Cuộc trò chuyện")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sở Tư pháp")
    expect(page.get_by_role("textbox", name="Nội dung gửi")).to_be_visible()
    expect(page.get_by_role("button", name="Gửi tệp")).to_be_visible()
    expect(log.get_by_role("group", name="Lựa chọn").get_by_role("button")).to_have_count(3)
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, textarea, a, progress")]
          .filter((n) => n.checkVisibility() && !n.closest("[aria-hidden=true]"))
          .filter((n) => !(n.textContent.trim() || n.labels?.length || n.ariaLabel))
          .map((n) => n.outerHTML)"""
    )
    assert nameless == []
    site.say(an.chat, "stranger", choices=())
    expect(log).to_contain_text("Đây là kênh nội bộ")


@pytest.mark.parametrize(("width", "height"), [(360, 740), (640, 400), (1280, 800)])
def test_no_page_scrolls_sideways_and_all_text_can_be_read(
    watched: Watched, site: Site, width: int, height: int
) -> None:
    """From 360 px on, and at 200 % zoom (640 × 400 is half a screen); contrast at least 4.5."""
    an = site.officer()
    enclosure = Enclosure("Lịch đợt đánh giá " + "rất dài " * 12 + ".ics", sha256="0" * 64)
    site.say(an.chat, enclosure=enclosure)
    an.types("x" * 200)
    an.hands_in(("bao cao quy III " + "nhieu chu " * 10 + ".pdf", b"x"))
    site.say(an.chat, "which_role", choices=[long_choice(n) for n in range(9)])
    watched.page.set_viewport_size({"width": width, "height": height})
    for path in (an.base, "/dang-nhap", f"/start/{site.invite()}", "/khong-co"):
        page = watched.open(an) if path == an.base else watched.page
        if path != an.base:
            page.goto(site.address + path)
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, path
        for text, ratio, size in page.evaluate(CONTRASTS):
            assert (ratio >= 4.5, size >= 16) == (True, True), (path, text, ratio, size)


def test_files_show_their_progress_and_are_taken_by_a_drop(
    watched: Watched, site: Site, tmp_path: Path
) -> None:
    an = site.officer()
    page = watched.open(an)
    page.evaluate(
        """() => {
          window.seen = [];
          new MutationObserver(() => {
            const bar = document.querySelector("#uploads progress");
            if (bar) window.seen.push(document.querySelector("#uploads .state").textContent);
          }).observe(document.getElementById("uploads"), {subtree: true, childList: true});
        }"""
    )
    page.get_by_role("textbox").fill("1.1.1 KH 12/KH-STP")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 2e7}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    big = tmp_path / "KH-12.pdf"
    big.write_bytes(b"x" * 10_000_000)
    page.set_input_files("#files", big)
    expect(page.locator("#log .entry.own .file-name")).to_have_text("KH-12.pdf")
    expect(page.locator("#log .entry.own .text")).to_have_text("1.1.1 KH 12/KH-STP")
    expect(page.locator("#uploads .upload")).to_have_count(0)
    assert any("%" in state for state in page.evaluate("window.seen"))

    page.evaluate(DROP, ["tha vao.pdf", "abc"])
    expect(page.locator("#log .entry.own .file-name")).to_have_text(["KH-12.pdf", "tha vao.pdf"])
    assert [event.body["caption"] for event in site.events()] == ["1.1.1 KH 12/KH-STP", ""]


def test_what_comes_faster_than_a_chat_may_send_waits_on_the_page(
    watched: Watched, site: Site
) -> None:
    """T14: the flood is slowed down, and its files and words still all arrive, in order."""
    an = site.officer()
    page = watched.open(an)
    while an.types("x").status_code == 200:
        pass
    flood = len(site.events())
    for name in ("một.pdf", "hai.pdf", "ba.pdf"):
        page.evaluate(DROP, [name, "abc"])
    text = page.get_by_role("textbox")
    for word in ("47", "50"):
        text.fill(word)
        text.press("Enter")
    expect(page.locator(".entry.own:not(.pending)")).to_have_count(flood + 5, timeout=15_000)
    expect(page.locator("#alert")).to_be_hidden()
    bodies = [event.body for event in site.events()[flood:]]
    names = [file["name"] for body in bodies for file in body.get("files", [])]
    assert names == ["một.pdf", "hai.pdf", "ba.pdf"]
    assert [body["text"] for body in bodies if "text" in body] == ["47", "50"]


def test_a_file_over_the_limit_is_refused_before_it_is_sent(watched: Watched, site: Site) -> None:
    page = watched.open(site.officer())
    page.evaluate(
        """() => {
          const file = new File(["x"], "phu luc.pdf");
          Object.defineProperty(file, "size", {value: 250 * 1024 * 1024});
          const data = new DataTransfer();
          const drop = new DragEvent("drop", {bubbles: true, cancelable: true});
          Object.defineProperty(drop, "dataTransfer", {value: {types: ["Files"], files: [file]}});
          document.body.dispatchEvent(drop);
        }"""
    )
    alert = 'Chưa nhận được tệp "phu luc.pdf": 250 MB, vượt mức 200 MB.'
    expect(page.get_by_role("alert")).to_contain_text(alert)
    assert site.events() == []


def test_without_a_network_nothing_typed_is_lost(watched: Watched, site: Site) -> None:
    an = site.officer()
    page = watched.open(an)
    page.context.set_offline(True)
    text = page.get_by_role("textbox")
    text.fill("47")
    text.press("Enter")
    expect(page.locator("#connection")).to_contain_text("Mất kết nối với hệ thống")
    expect(page.locator(".entry.pending .text")).to_have_text("47")
    text.fill("một nửa câu")
    assert site.events() == []

    page.context.set_offline(False)
    expect(page.locator("#connection")).to_have_text("", timeout=15_000)
    expect(page.locator(".entry.bot")).to_have_count(1)
    expect(page.locator(".entry.pending")).to_have_count(0)
    page.reload()
    expect(text).to_have_value("một nửa câu")
    assert [event.body for event in site.events()] == [{"text": "47"}]


def test_a_session_that_ends_is_said_on_the_open_page(watched: Watched, site: Site) -> None:
    page = watched.open(site.officer())
    expect(page.locator("#standing")).to_have_text("CCHC 2026 · Nguyễn Văn An")
    site.end_roles()
    site.loop.call_soon_threadsafe(site.channel.refresh)
    expect(page.get_by_role("heading", level=1)).to_have_text("Vào hệ thống")
    expect(page.get_by_role("alert")).to_contain_text("Phiên làm việc trên trình duyệt này")


def test_two_people_are_open_in_one_browser(watched: Watched, site: Site) -> None:
    an, hoa = site.officer("An"), site.officer("Hoa")
    pages = [watched.open(guest) for guest in (an, hoa)]
    other = Watched(watched.page.context, site)
    for page, name in ((other.open(an), "An"), (pages[1], "Hoa")):
        expect(page.locator("#person")).to_have_text(name)
    assert other.errors == []


def tab_to(page: Page, label: str, key: str = "Tab", within: str = "body") -> None:
    """Press Tab until the control with this text has the focus, and see that it shows."""
    for _ in range(40):
        page.keyboard.press(key)
        inside = page.evaluate("(s) => document.activeElement.closest(s) !== null", within)
        if inside and label in focused(page):
            style = "getComputedStyle(document.activeElement).outlineStyle"
            assert page.evaluate(style) == "solid"
            return
    raise AssertionError(f"the keyboard does not reach {label}")


def focused(page: Page) -> str:
    text: str = page.evaluate("document.activeElement.textContent.trim()")
    return text


def long_choice(number: int) -> Choice:
    return Choice("act_as", number, unit="Ủy ban nhân dân huyện Sơn Động " * 2, role="1")
