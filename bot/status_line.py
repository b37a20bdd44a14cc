"""Where the campaign stands, in one line for one person: pinned at the top of the web chat."""

from sqlalchemy.orm import Session

from bot.words import Words
from models import calendar, campaigns, people
from models.clock import Clock
from models.people import Person


class StatusLine:
    def __init__(self, words: Words, clock: Clock) -> None:
        self._words = words
        self._clock = clock

    def __call__(self, session: Session, person: Person) -> str:
        """The person's unit, the step that is open for it and the time left; or ``""``."""
        bindings = people.active_bindings(session, person.id)
        if not bindings:
            return ""
        unit = bindings[0].unit
        campaign = campaigns.current_campaign(session, unit.id)
        if campaign is None:
            return unit.name
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
