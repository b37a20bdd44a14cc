"""What a command of the command line works with, on a test's database and at its time."""

from sqlalchemy.orm import Session, sessionmaker

from bot.desk import Desk
from tests.clock import TestClock


class TestDesk(Desk):
    """``language`` is that of the operator, whatever the machine's is."""

    __test__ = False

    def __init__(
        self, sessions: sessionmaker[Session], clock: TestClock, language: str = "vi"
    ) -> None:
        super().__init__(None)
        self.language = language
        self.sessions = sessions
        self.clock = clock  # type: ignore[method-assign]
