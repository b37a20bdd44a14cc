"""The people of a transcript, on each platform: they type, pick by label, send, and see.

``sees`` waits for a message that was not there before the person's last act; a label or a text
may be given in part.
"""

import re
import time
from collections.abc import Callable
from typing import Protocol

from playwright.sync_api import Browser

from bot.channel import Letter
from bot.plain import as_text
from bot.words import Words
from models.outbox import OutboxMessage
from tests.bench import Officer
from tests.bot_api import Message, User

SECONDS = 10.0


class Talker(Protocol):
    def types(self, text: str) -> None: ...

    def picks(self, label: str) -> None: ...

    def sends(self, name: str, content: bytes, caption: str = "") -> None: ...

    def sees(self, *fragments: str) -> str:
        """The text of the newest message, once one with all ``fragments`` has come."""


class Reader:
    """Waits for messages; the platforms say how to read those after the first so many."""

    def __init__(self, read: Callable[[int], list[str]]) -> None:
        self._read = read
        self._before = 0

    def mark(self) -> None:
        self._before += len(self._read(self._before))

    def wait_for(self, fragments: tuple[str, ...]) -> str:
        until = time.monotonic() + SECONDS
        while True:
            news = self._read(self._before)
            for text in reversed(news):
                if all(fragment in text for fragment in fragments):
                    return text
            if time.monotonic() > until:
                raise AssertionError(f"nobody said {fragments}; there is: {news}")
            time.sleep(0.02)


class InProcess:
    """On the bench: the dispatcher alone, with buttons."""

    def __init__(self, officer: Officer) -> None:
        self._officer = officer
        self._words = Words()
        self._reader = Reader(lambda after: [self._show(m) for m in officer.messages[after:]])

    def types(self, text: str) -> None:
        self._reader.mark()
        self._officer.types(text)

    def picks(self, label: str) -> None:
        self._reader.mark()
        self._officer.presses(self._token(label))

    def sends(self, name: str, content: bytes, caption: str = "") -> None:
        self._reader.mark()
        self._officer.sends((name, content), caption=caption)

    def sees(self, *fragments: str) -> str:
        return self._reader.wait_for(fragments)

    def _show(self, message: OutboxMessage) -> str:
        return self._words.letter(message).plain

    def _letters(self) -> list[Letter]:
        return [self._words.letter(message) for message in reversed(self._officer.messages)]

    def _token(self, label: str) -> str:
        for letter in self._letters():
            for button in letter.buttons:
                if button.label.startswith(label):
                    return button.token
        raise AssertionError(f"nobody offered {label!r}")


class TextOnly(InProcess):
    """On a platform without buttons: marks for choices (I10)."""

    def picks(self, label: str) -> None:
        letter = self._letters()[0]
        for position, button in enumerate(letter.buttons):
            if button.label.startswith(label):
                self.types(letter.numbering.mark(position))
                return
        raise AssertionError(f"the newest message does not offer {label!r}: {letter}")

    def sends(self, name: str, content: bytes, caption: str = "") -> None:
        """By the one-time link; where the evidence screen gives none, it says why."""
        self.types("/minhchung")
        home = self.sees("tài liệu kiểm chứng")
        if "Tải tệp lên" not in home:
            return
        self.picks("Tải tệp lên")
        link = re.search(r"https://cchc\.test/upload/(\w{26})", self.sees("tải lên qua liên kết"))
        assert link is not None
        self._reader.mark()
        self._officer.uploads(link[1], (name, content), caption=caption)

    def _show(self, message: OutboxMessage) -> str:
        return as_text(self._words.letter(message), self._words)


class OnTelegram:
    """Through the Bot API, over HTTP."""

    def __init__(self, user: User) -> None:
        self._user = user
        self._reader = Reader(lambda after: [each.text for each in user.messages(after)])

    def types(self, text: str) -> None:
        self._reader.mark()
        self._user.text(text)

    def picks(self, label: str) -> None:
        message = self._offering(label)
        self._reader.mark()
        which = next(b.label for b in message.buttons if b.label.startswith(label))
        self._user.press(message, which)

    def sends(self, name: str, content: bytes, caption: str = "") -> None:
        self._reader.mark()
        self._user.document(name, content, caption)

    def sees(self, *fragments: str) -> str:
        return self._reader.wait_for(fragments)

    def _offering(self, label: str) -> Message:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            for message in reversed(self._user.messages()):
                if any(button.label.startswith(label) for button in message.buttons):
                    return message
            time.sleep(0.02)
        raise AssertionError(f"nobody offered {label!r}")


class OnTheWeb:
    """In a real browser, each person with cookies of their own; opened by a code's link."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._page = browser.new_context(locale="vi-VN").new_page()
        self._address = address
        self._reader = Reader(self._texts)

    def types(self, text: str) -> None:
        self._reader.mark()
        if text.startswith("/start "):
            self._page.goto(f"{self._address}/start/{text.removeprefix('/start ')}")
            self._page.get_by_role("button", name="Mở trò chuyện").click()
            return
        self._write(text)

    def picks(self, label: str) -> None:
        beginning = re.compile("^" + re.escape(label).replace("/", r"\/"))
        button = self._page.locator('[role="log"]').get_by_role("button", name=beginning)
        button.last.wait_for(timeout=SECONDS * 1000)
        self._reader.mark()
        button.last.click()

    def sends(self, name: str, content: bytes, caption: str = "") -> None:
        self._reader.mark()
        self._page.get_by_role("textbox").last.fill(caption)
        files = {"name": name, "mimeType": "application/pdf", "buffer": content}
        self._page.locator('input[type="file"]').first.set_input_files(files)  # type: ignore[arg-type]

    def sees(self, *fragments: str) -> str:
        return self._reader.wait_for(fragments)

    def _write(self, text: str) -> None:
        box = self._page.get_by_role("textbox").last
        box.fill(text)
        box.press("Enter")

    def _texts(self, after: int) -> list[str]:
        return self._page.locator('[role="log"] .entry.bot').all_inner_texts()[after:]
