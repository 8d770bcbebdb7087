"""When people are there, and by when they will have answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# What is promised: an answer within half a working day.
PROMISE = timedelta(hours=4)


@dataclass(frozen=True)
class SupportHours:
    """The same hours on every working day, in UTC.

    Attributes:
        days: the working days, 0 for Monday to 6 for Sunday.
        opens: when the first person comes.
        closes: when the last one leaves; later than `opens`.
    """

    days: frozenset[int]
    opens: time
    closes: time

    @classmethod
    def parse(cls, text: str) -> SupportHours:
        """Read hours written like `Mon-Fri 09:00-17:00`.

        Raises:
            ValueError: the text is written otherwise, or it leaves no time to work in.
        """
        match = re.fullmatch(
            r"([A-Z][a-z]{2})-([A-Z][a-z]{2}) ([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})", text.strip()
        )
        if match is None or match[1] not in DAYS or match[2] not in DAYS:
            raise ValueError("write the hours like 'Mon-Fri 09:00-17:00', in UTC")
        first, last = DAYS.index(match[1]), DAYS.index(match[2])
        if first > last:
            raise ValueError("the first day comes after the last one")
        opens, closes = time.fromisoformat(match[3]), time.fromisoformat(match[4])
        if opens >= closes:
            raise ValueError("the shop closes before it opens")
        return cls(frozenset(range(first, last + 1)), opens, closes)

    def after(self, start: datetime, work: timedelta) -> datetime:
        """The moment at which so much working time has passed since `start`.

        Args:
            start: any aware moment, also one at night.
            work: the working time, more than zero.
        """
        moment, left = start.astimezone(timezone.utc), work
        while True:
            day = moment.date()
            opens = datetime.combine(day, self.opens, timezone.utc)
            closes = datetime.combine(day, self.closes, timezone.utc)
            begin = max(moment, opens)
            if day.weekday() in self.days and begin < closes:
                if left <= closes - begin:
                    return begin + left
                left -= closes - begin
            moment = datetime.combine(day + timedelta(days=1), time(), timezone.utc)


def answer_by(opened: datetime, hours: SupportHours) -> datetime:
    """By when a ticket opened at this moment will have been answered."""
    return hours.after(opened, PROMISE)


def business_day(start: datetime, days: int) -> date:
    """The day that is so many business days (Monday to Friday) after a moment."""
    day = start.date()
    while days > 0 or day.weekday() >= 5:
        day += timedelta(days=1)
        if day.weekday() < 5:
            days -= 1
    return day
