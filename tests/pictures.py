"""``make pictures``: the README's pictures, taken from the demo in a folder of its own."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import BROWSER_OPTIONS
from tests.papers import pdf
from tests.suite import BROWSERS

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
DESK, PHONE = (1280, 860), (390, 844)
LIMIT = 200_000  # Bytes of a picture.


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    executable = next(found for name in BROWSERS if (found := shutil.which(name)))
    with demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=BROWSER_OPTIONS)
        for name, size in (("desk", DESK), ("phone", PHONE)):
            take(open_page(browser, size, address), f"start-{name}")
        hand_in(open_page(browser, DESK, address))
        for name, size in (("desk", DESK), ("phone", PHONE)):
            page = open_page(browser, size, address)
            enter(page)
            take(page, f"chat-{name}")
        browser.close()


@contextlib.contextmanager
def demo() -> Iterator[str]:
    """The address of a demo that starts from nothing and is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bot", "demo", "--port", "0"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout is not None
            said = next(found for row in process.stdout if (found := re.search(r"http\S+", row)))
            yield said[0]
        finally:
            process.terminate()
            process.wait()


def open_page(browser: Browser, size: tuple[int, int], address: str) -> Page:
    viewport = {"width": size[0], "height": size[1]}
    context = browser.new_context(
        locale="vi-VN",
        viewport=viewport,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(address)
    return page


def enter(page: Page) -> None:
    """The chat of Nguyễn Văn An, in this window."""
    form = page.locator('form[action="/demo/persona/an"]')
    form.evaluate("form => form.removeAttribute('target')")
    form.get_by_role("button").click()
    page.locator(".entry.bot").last.wait_for()


def hand_in(page: Page) -> None:
    """He looks where he stands and hands in a plan, with what it is for."""
    enter(page)
    page.get_by_role("textbox").fill("/menu")
    page.keyboard.press("Enter")
    expect(page.locator(".entry.bot").last).to_contain_text("Đã chấm 41/86")
    page.get_by_role("textbox").fill("1.1.1 KH 12/KH-STP 08/01/2026")
    content = pdf("Kế hoạch cải cách hành chính năm 2026") + b"%" * 412 * 1024
    file = {"name": "KH-12.pdf", "mimeType": "application/pdf", "buffer": content}
    page.locator('input[type="file"]').first.set_input_files([file])  # type: ignore[list-item]
    expect(page.locator(".entry.bot").last).to_contain_text("Đã lưu 1/1 tệp")


def take(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    assert path.stat().st_size < LIMIT, f"{path} has {path.stat().st_size} bytes"


if __name__ == "__main__":
    main()
