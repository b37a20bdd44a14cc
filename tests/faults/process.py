"""The bot as an operator runs it: a process of its own, which can be killed."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.bot_api import TOKEN

READY_SECONDS = 60.0  # On a machine that is busy with other things too.
LEFT_WAITING = "Có câu trả lời đã chờ gửi"
ROOT = Path(__file__).parent.parent.parent


class BotProcess:
    """``cchc run`` on this database, with Telegram at ``api_url``."""

    def __init__(self, database_url: str, folder: Path, api_url: str, **environment: str) -> None:
        self._folder = folder
        self._log = folder / "bot.log"
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "CCHC_DATABASE__URL": database_url,
            "CCHC_STORAGE__DIRECTORY": str(folder / "evidence"),
            "CCHC_WEB__PORT": "0",
            "CCHC_HEALTH__PORT": "0",
            "CCHC_LIMITS__TURNS_A_MINUTE": "0",
            "CCHC_LIMITS__UPLOADS_A_MINUTE": "0",
            "CCHC_TELEGRAM__TOKEN": TOKEN,
            "CCHC_TELEGRAM__API_URL": api_url,
            "CCHC_TELEGRAM__POLL_SECONDS": "1",
            **environment,
        }
        self.web = ""
        self.health = ""
        self.printed = ""
        self.status = 0

    def start(self) -> float:
        """Start and wait until it is ready; the seconds that took."""
        began = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command(),
                cwd=self._folder,
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._read_addresses()
        while not self._is_ready():
            self._give_up_after(began)
            time.sleep(0.02)
        return time.monotonic() - began

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self.status = self._process.wait()

    def stop(self) -> int:
        """SIGTERM, as systemd does; the exit status."""
        self._process.terminate()
        status = self._process.wait(timeout=30)
        assert self._process.stdout is not None
        self.printed += self._process.stdout.read()
        return status

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "bot", "run"]

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def _read_addresses(self) -> None:
        assert self._process.stdout is not None
        timer = threading.Timer(READY_SECONDS, self._process.kill)
        timer.start()
        for line in self._process.stdout:
            self.printed += line
            if self._note_address(line):
                timer.cancel()
                return
        raise AssertionError(f"it ended at the start: {self.log[-2000:]}")

    def _note_address(self, line: str) -> bool:
        """Whether this was the last of the addresses that it prints."""
        if line.startswith("Trò chuyện trên web: "):
            self.web = line.split(": ", 1)[1].strip()
        if line.startswith("Theo dõi tình trạng: "):
            self.health = line.split(": ", 1)[1].strip()
            return True
        return False

    def _give_up_after(self, began: float) -> None:
        if time.monotonic() - began > READY_SECONDS:
            raise AssertionError(f"not ready after {READY_SECONDS} s: {self.log[-2000:]}")

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.health}/readyz", timeout=5) as answer:
                return bool(json.load(answer)["status"] == "ok")
        except urllib.error.HTTPError as answer:
            # Answers that the dead one left waiting are a fault of it, not of this start.
            failing = json.load(answer)["failing"]
            return all(LEFT_WAITING in sentence for sentence in failing)
        except (urllib.error.URLError, ConnectionError, TimeoutError, ValueError):
            return False
