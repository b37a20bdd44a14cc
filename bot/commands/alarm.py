"""``cchc alarm``: whether an alarm would reach somebody (F64)."""

import click

from bot.alarms.alarm import Alarm
from bot.alarms.couriers import couriers_of
from bot.desk import Desk
from bot.log import Scrub


@click.command()
@click.pass_obj
def alarm(desk: Desk) -> None:
    """Send a trial alarm by each way that [alerts] names; status 1 if one of them fails."""
    config = desk.config
    couriers = couriers_of(config.alerts, Scrub(config.secrets))
    if not couriers:
        desk.fail("alarm_not_configured")
    now = desk.clock()
    subject = desk.words.plain("alarm_subject.trial", desk.language)
    text = desk.words.plain("alarm.trial", desk.language, since=now)
    failed = False
    for courier in couriers:
        try:
            courier.deliver(Alarm("trial", "", now, subject, text))
        except Exception as error:  # Its text may hold the address.
            failed = True
            desk.say("alarm_not_delivered", err=True, way=courier.name, error=type(error).__name__)
        else:
            desk.say("alarm_delivered", way=courier.name)
    if failed:
        raise SystemExit(1)
