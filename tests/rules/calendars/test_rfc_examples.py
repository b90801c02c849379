"""The examples with which RFC 5545 section 3.8.5.3 explains rules of recurrence, each as a row: rule, then the days it names.

All begin on September 2, 1997 at 09:00 in New York unless a row says otherwise and last fifteen minutes. A second, independent expander
(recurring-ical-events) must agree with every row too.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events

from marketplace.kernel.walltime import day_begin, from_minute
from providers.calendars.ics import read_calendar
from providers.calendars.rules.reading import Window
from tests.rules.calendars.texts import calendar, event

NEW_YORK = ZoneInfo("America/New_York")
WINDOW = Window(day_begin(date(1997, 1, 1)), day_begin(date(2008, 1, 1)), "America/New_York")


def days(year: int, *months: str) -> list[str]:
    """`days(1997, "0902-0905 0908")`: each day of each month's list."""
    found = []
    for word in " ".join(months).split():
        first, _, last = word.partition("-")
        found += [f"{year}{first[:2]}{day:02d}" for day in range(int(first[2:]), int((last or first)[2:]) + 1)]
    return found


ROWS = {
    "daily, ten times": ("FREQ=DAILY;COUNT=10", days(1997, "0902-0911")),
    "daily until Christmas Eve": ("FREQ=DAILY;UNTIL=19971224T000000Z", days(1997, "0902-0930 1001-1031 1101-1130 1201-1223")),
    "every ten days, five times": ("FREQ=DAILY;INTERVAL=10;COUNT=5", days(1997, "0902 0912 0922 1002 1012")),
    "every day in January for three years": ("FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA", days(1998, "0101-0131") + days(1999, "0101-0131") + days(2000, "0101-0131"), "19980101T090000"),
    "the same, said by days": ("FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1", days(1998, "0101-0131") + days(1999, "0101-0131") + days(2000, "0101-0131"), "19980101T090000"),
    "weekly, ten times": ("FREQ=WEEKLY;COUNT=10", days(1997, "0902 0909 0916 0923 0930 1007 1014 1021 1028 1104")),
    "weekly until Christmas Eve": ("FREQ=WEEKLY;UNTIL=19971224T000000Z", days(1997, "0902 0909 0916 0923 0930 1007 1014 1021 1028 1104 1111 1118 1125 1202 1209 1216 1223")),
    "Tuesdays and Thursdays for five weeks": ("FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH", days(1997, "0902 0904 0909 0911 0916 0918 0923 0925 0930 1002")),
    "the same by count": ("FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", days(1997, "0902 0904 0909 0911 0916 0918 0923 0925 0930 1002")),
    "every other week on three days": ("FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR", days(1997, "0901 0903 0905 0915 0917 0919 0929 1001 1003 1013 1015 1017 1027 1029 1031 1110 1112 1114 1124 1126 1128 1208 1210 1212 1222"), "19970901T090000"),
    "every other week, eight times": ("FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", days(1997, "0902 0904 0916 0918 0930 1002 1014 1016")),
    "monthly on the first Friday": ("FREQ=MONTHLY;COUNT=10;BYDAY=1FR", days(1997, "0905 1003 1107 1205") + days(1998, "0102 0206 0306 0403 0501 0605"), "19970905T090000"),
    "the same until Christmas Eve": ("FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", days(1997, "0905 1003 1107 1205"), "19970905T090000"),
    "every other month, first and last Sunday": ("FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", days(1997, "0907 0928 1102 1130") + days(1998, "0104 0125 0301 0329 0503 0531"), "19970907T090000"),
    "the second-to-last Monday": ("FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", days(1997, "0922 1020 1117 1222") + days(1998, "0119 0216"), "19970922T090000"),
    "the 2nd and 15th": ("FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", days(1997, "0902 0915 1002 1015 1102 1115 1202 1215") + days(1998, "0102 0115")),
    "first and last of the month": ("FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", days(1997, "0930 1001 1031 1101 1130 1201 1231") + days(1998, "0101 0131 0201"), "19970930T090000"),
    "10th to 15th every 18 months": ("FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15", days(1997, "0910-0915") + days(1999, "0310-0313"), "19970910T090000"),
    "June and July, ten times": ("FREQ=YEARLY;COUNT=10;BYMONTH=6,7", [f"{year}{day}" for year in range(1997, 2002) for day in ("0610", "0710")], "19970610T090000"),
    "every other January to March": ("FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3", days(1997, "0310") + [f"{year}{day}" for year in (1999, 2001, 2003) for day in ("0110", "0210", "0310")], "19970310T090000"),
    "every third year on days 1, 100, 200": ("FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", days(1997, "0101 0410 0719") + days(2000, "0101 0409 0718") + days(2003, "0101 0410 0719") + days(2006, "0101"), "19970101T090000"),
    "the twentieth Monday of the year": ("FREQ=YEARLY;COUNT=3;BYDAY=20MO", ["19970519", "19980518", "19990517"], "19970519T090000"),
    "Monday of week 20": ("FREQ=YEARLY;COUNT=3;BYWEEKNO=20;BYDAY=MO", ["19970512", "19980511", "19990517"], "19970512T090000"),
    "Thursdays in March": ("FREQ=YEARLY;COUNT=11;BYMONTH=3;BYDAY=TH", days(1997, "0313 0320 0327") + days(1998, "0305 0312 0319 0326") + days(1999, "0304 0311 0318 0325"), "19970313T090000"),
    "Friday the 13th": ("FREQ=MONTHLY;COUNT=5;BYDAY=FR;BYMONTHDAY=13", [*days(1998, "0213 0313 1113"), "19990813", "20001013"], "19980213T090000"),
    "the Saturday after the first Sunday": ("FREQ=MONTHLY;COUNT=10;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", days(1997, "0913 1011 1108 1213") + days(1998, "0110 0207 0307 0411 0509 0613"), "19970913T090000"),
    "election day": ("FREQ=YEARLY;INTERVAL=4;COUNT=3;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", ["19961105", "20001107", "20041102"][1:], "20001107T090000"),
    "the third of Tuesday, Wednesday, Thursday": ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", ["19970904", "19971007", "19971106"], "19970904T090000"),
    "the second-to-last weekday": ("FREQ=MONTHLY;COUNT=7;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", days(1997, "0929 1030 1127 1230") + days(1998, "0129 0226 0330"), "19970929T090000"),
    "weeks that begin on Monday": ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", days(1997, "0805 0810 0819 0824"), "19970805T090000"),
    "weeks that begin on Sunday": ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", days(1997, "0805 0817 0819 0831"), "19970805T090000"),
    "a day that some months do not have": ("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", ["20070115", "20070130", "20070215", "20070315", "20070330"], "20070115T090000"),
}  # fmt: skip

CLOCKS = {
    "every three hours until five": ("FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z", ["0900", "1200", "1500"]),
    "every quarter hour, six times": ("FREQ=MINUTELY;INTERVAL=15;COUNT=6", ["0900", "0915", "0930", "0945", "1000", "1015"]),
    "every hour and a half, four times": ("FREQ=MINUTELY;INTERVAL=90;COUNT=4", ["0900", "1030", "1200", "1330"]),
    "every 20 minutes of a working day": ("FREQ=DAILY;COUNT=24;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40", [f"{hour:02d}{minute:02d}" for hour in range(9, 17) for minute in (0, 20, 40)]),
    "the same by minutes": ("FREQ=MINUTELY;COUNT=24;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16", [f"{hour:02d}{minute:02d}" for hour in range(9, 17) for minute in (0, 20, 40)]),
}  # fmt: skip


def written(rule: str, begin: str) -> bytes:
    return calendar(event("UID:one", f"DTSTART;TZID=America/New_York:{begin}", "DURATION:PT5M", f"RRULE:{rule}"))


def starts(content: bytes, window: Window = WINDOW) -> list[datetime]:
    return [from_minute(begin).astimezone(NEW_YORK) for begin, _end in read_calendar(content, window).busy]


def starts_of_another(content: bytes) -> list[datetime]:
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(content)).between(date(1997, 1, 1), date(2008, 1, 1))
    return sorted({one["DTSTART"].dt.astimezone(NEW_YORK) for one in found})


@pytest.mark.parametrize("name", ROWS)
def test_days(name):
    rule, expected, *begin = ROWS[name]
    content = written(rule, *(begin or ["19970902T090000"]))
    assert [f"{start:%Y%m%d}" for start in starts(content)] == expected
    assert {f"{start:%H%M}" for start in starts(content)} == {"0900"}
    assert starts(content) == starts_of_another(content)


@pytest.mark.parametrize("name", CLOCKS)
def test_times(name):
    rule, expected = CLOCKS[name]
    content = written(rule, "19970902T090000")
    found = starts(content, Window(WINDOW.from_minute, day_begin(date(1999, 1, 1)), "America/New_York"))
    assert [f"{start:%H%M}" for start in found] == expected
    assert found == starts_of_another(content)
