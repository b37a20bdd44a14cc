"""Where the campaign stands, in one line for one chat: pinned at the top of the web page."""

from sqlalchemy.orm import Session

from bot.words import Words
from models import calendar, campaigns
from models.clock import Clock
from models.people import Person
from models.units import Unit


class StatusLine:
    def __init__(self, words: Words, clock: Clock) -> None:
        self._words = words
        self._clock = clock

    def __call__(self, session: Session, person: Person, unit: Unit) -> str:
        """The step that is open for the unit in which the person acts here, and the time left;
        ``""`` where there is no campaign yet."""
        campaign = campaigns.current_campaign(session, unit.id)
        if campaign is None:
            return ""
        now = self._clock()
        step = campaigns.standing_step(campaign, now)
        if step is None:
            return self._line("status_line_between", person, unit=unit.name, year=campaign.year)
        window = campaigns.effective_window(session, campaign, step, unit.id)
        return self._line(
            "status_line",
            person,
            unit=unit.name,
            year=campaign.year,
            step=step,
            due=window.closes_at,
            left=calendar.time_left(now, window.closes_at),
        )

    def _line(self, name: str, person: Person, **values: object) -> str:
        return self._words.plain(name, person.language, **values)
