"""What ``/metrics`` shows of how the work stands (reliability.md 7)."""

from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from bot.channel import Pulse
from models.standing import Standing


class Gauges:
    def __init__(self, standing: Standing, pulses: Mapping[str, Pulse], lag: float) -> None:
        self._standing = standing
        self._pulses = pulses
        self._lag = lag

    def collect(self) -> Iterator[Metric]:
        found = self._standing
        for name, about, value in (
            ("cchc_sending_held", "1 while sending is on hold", found.hold is not None),
            ("cchc_outbox_age_p99_seconds", "Wait of the newest thousand", found.waited_p99),
            ("cchc_outbox_oldest_answer_seconds", "Age of the oldest", found.oldest_answer),
            ("cchc_messages_unknown", "Nobody knows whether they arrived", found.unknown),
            ("cchc_messages_malformed", "Not accepted by the platform", found.malformed),
            ("cchc_dead_letters", "Events that could not be handled", found.dead),
            ("cchc_loop_lag_seconds", "Longest delay of the last minute", self._lag),
        ):
            yield GaugeMetricFamily(name, about, value=float(value))
        if found.backup_age is not None:
            about = "Since the newest backup was made"
            yield GaugeMetricFamily("cchc_backup_age_seconds", about, value=found.backup_age)
        yield from self._of_channels()

    def _of_channels(self) -> Iterator[Metric]:
        skew = GaugeMetricFamily(
            "cchc_clock_skew_seconds", "Our clock ahead of the platform's", labels=["channel"]
        )
        throttled = CounterMetricFamily(
            "cchc_channel_throttled", "Times the platform said: too much", labels=["channel"]
        )
        for name, pulse in sorted(self._pulses.items()):
            throttled.add_metric([name], pulse.throttled)
            if pulse.skew is not None:
                skew.add_metric([name], pulse.skew)
        yield skew
        yield throttled
