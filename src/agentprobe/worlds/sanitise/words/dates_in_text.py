"""Dates in running text: moved as the dates of their record are, and written in the same way."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.sanitise.words.chance import number
from agentprobe.worlds.sanitise.words.months import ANY, MONTHS, WORDS_TOO, is_sure, renamed
from agentprobe.worlds.sanitise.words.pieces import pc
from agentprobe.worlds.sanitise.words.sealed import sealed

_BLANK = r"[ \t\x{a0}]"
_MONTH = f"(?:{ANY.replace('é', '[éÉ]').replace('û', '[ûÛ]').replace('ä', '[äÄ]')})"
_TIME = r"(?:(?:[T ]|, )\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?"
_OF = rf"(?:(?:del?|of){_BLANK})?"
_FORMS = (
    rf"(?P<year>\d{{4}})(?P<sign>[-/.])(?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?P<time>{_TIME})",
    rf"(?P<first>\d{{1,2}})(?P<sign2>[-/]|\.{_BLANK}?)(?P<second>\d{{1,2}})(?:[-/]|\.{_BLANK}?)"
    rf"(?P<year2>\d{{4}}|\d\d)(?P<time2>{_TIME})",
    rf"(?P<day3>\d{{1,2}})(?P<nth3>st|nd|rd|th|er|\.)?(?P<gap3>(?:{_BLANK}{{1,2}}|-)?{_OF})"
    rf"(?P<named3>{_MONTH})(?P<dot3>\.?)(?:(?P<gap4>(?:,?{_BLANK}|-){_OF})(?P<year3>\d{{4}}|\d\d))?",
    rf"(?P<named5>{_MONTH})(?P<gap5>\.?(?:,?{_BLANK}|-){_OF})(?P<year5>\d{{4}})",
    rf"(?P<named6>{_MONTH})(?P<gap6>\.?(?:{_BLANK}|-))(?P<day6>\d{{1,2}})(?P<nth6>st|nd|rd|th|)"
    rf"(?:(?P<gap7>,?{_BLANK})(?P<year6>\d{{4}}))?",
)
_BEFORE, _BEHIND = "\ue101", "\ue102"
"""Put around what may be a date; no source has these signs, since `without_seals` takes them out."""
_MARKED = "(?i)(^|[^\\pL\\d_/.@=&?#-])(" + "|".join(re.sub(r"\?P<\w+>", "?:", one) for one in _FORMS) + ")"
_DATE = re.compile("|".join(_FORMS).replace(r"\x{a0}", r"\xa0"), re.IGNORECASE)
_GOES_ON = re.compile(r"[\w/@-]|[.:,]\d")
"""What stands behind numbers that are no date: a version, a path, a longer number."""
_LIKELY = (
    r"\d[-/.] ?\d{1,2}[-/.] ?\d|"
    rf"(?i:\d(?:st|nd|rd|th|er|\.)?{_BLANK}?[ -]?{_OF}{_MONTH}|{_MONTH}[., \-]{{1,2}}{_OF}\d)"
)
"""What every date has in it: looked for first, in all texts at once."""
_MONTH_FIRST = r"^[^\d]?(?:0?[1-9]|1[0-2])[-/.](?:1[3-9]|2\d|3[01])[-/.](?:\d\d){1,2}\b"
_DAY_FIRST = r"^[^\d]?(?:1[3-9]|2\d|3[01])[-/.](?:0?[1-9]|1[0-2])[-/.](?:\d\d){1,2}\b"
_OLDEST, _YOUNGEST = 1800, 2199
_REMEMBERED = 1 << 18
_NO_YEAR = 2020
"""A leap year: the 29th of February is a day where no year is said."""


@dataclass(frozen=True, slots=True)
class Told:
    """A date that was found, and how to write another in its place."""

    when: date
    written: Callable[[date], str]


class DatesInText:
    """Moves dates within texts, whatever their form; one object serves a snapshot."""

    def __init__(self) -> None:
        self._orders = [0, 0]
        self._key = b""
        self._known: dict[tuple[str, int | None], str] = {}

    def learn(self, pieces: pa.Array[Any], counts: NDArray[np.int64]) -> None:
        """See whether dates of numbers begin with their month, from the pieces of texts."""
        dated = pc.match_substring_regex(pieces, r"\d[-/.]\d{1,2}[-/.]\d")
        at = np.flatnonzero(dated.to_numpy(zero_copy_only=False))
        if not len(at):
            return
        few = pc.take(pieces, at)
        for side, pattern in enumerate((_DAY_FIRST, _MONTH_FIRST)):
            fits = pc.match_substring_regex(few, pattern).to_numpy(zero_copy_only=False).astype(bool)
            self._orders[side] += int(counts[at[fits]].sum())

    def settle(self, key: bytes) -> None:
        """Decide how dates move that stand in no record."""
        self._key = key
        self._known.clear()

    def sealed(self, texts: pa.Array[Any], days: NDArray[np.int64] | None) -> tuple[pa.Array[Any], bool]:
        """The texts with moved dates, sealed, and whether there are any.

        `days` says by how many days each row's dates move; without it a date becomes another of its year.
        """
        wanted = pc.fill_null(pc.match_substring_regex(texts, _LIKELY), False)
        places = pc.indices_nonzero(wanted)
        if not len(places):
            return texts, False
        likely = pc.take(texts, places)
        marked = pc.replace_substring_regex(likely, _MARKED, rf"\1{_BEFORE}\2{_BEHIND}").to_pylist()
        by = [None] * len(marked) if days is None else days[places.to_numpy(zero_copy_only=False)].tolist()
        changed = [self._changed(text, count) for text, count in zip(marked, by, strict=True)]
        return pc.replace_with_mask(texts, wanted, pa.array(changed, pa.string())), True

    def in_year(self, when: date) -> date:
        """Another day of the same year and weekday; the days of a year all move alike."""
        place = when.timetuple().tm_yday - 1
        weeks = 1 + number(self._key, "weeks in text", when.year) % 51
        return date(when.year, 1, 1) + timedelta(days=(place + 7 * weeks) % 364)

    def _changed(self, text: str, by: int | None) -> str:
        head, *rest = text.split(_BEFORE)
        parts = [head]
        for one in rest:
            written, _, behind = one.partition(_BEHIND)
            parts += (written if _GOES_ON.match(behind) else self._moved(written, by), behind)
        return "".join(parts)

    def _moved(self, written: str, by: int | None) -> str:
        place = written, by
        known = self._known.get(place)
        if known is None:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            found = _DATE.fullmatch(written)
            told = found and read(found, month_first=self._orders[1] > self._orders[0])
            known = self._known[place] = sealed(told.written(self._day(told.when, by))) if told else written
        return known

    def _day(self, when: date, by: int | None) -> date:
        return self.in_year(when) if by is None else when + timedelta(days=by)


def read(found: re.Match[str], *, month_first: bool) -> Told | None:
    """The date in a match of the pattern; nothing where there is no such day."""
    part = found.groupdict()
    try:
        if part["year"]:
            return _big(part)
        if part["year2"]:
            return _small(part, month_first=month_first)
        if part["named3"]:
            return _day_first(part)
        return _of_month(part) if part["named5"] else _month_first(part)
    except ValueError:
        return None


def _big(part: dict[str, str]) -> Told:
    when = _day(int(part["year"]), int(part["month"]), int(part["day"]))
    sign, wide = part["sign"], (len(part["month"]), len(part["day"]))

    def written(other: date) -> str:
        months, days = str(other.month).zfill(wide[0]), str(other.day).zfill(wide[1])
        return f"{other.year}{sign}{months}{sign}{days}{part['time']}"

    return Told(when, written)


def _small(part: dict[str, str], *, month_first: bool) -> Told | None:
    first, second, sign = part["first"], part["second"], part["sign2"]
    if len(part["year2"]) == 2 and (sign == "-" or (sign[0] == "." and len(first) + len(second) < 4)):
        return None  # as likely a version or a range
    swapped = int(second) > 12 or (month_first and int(first) <= 12)
    day, month = (second, first) if swapped else (first, second)
    when = _day(_year(part["year2"]), int(month), int(day))

    def written(other: date) -> str:
        days, months = str(other.day).zfill(len(day)), str(other.month).zfill(len(month))
        one, two = (months, days) if swapped else (days, months)
        return f"{one}{sign}{two}{sign}{_short(other, part['year2'])}{part['time2']}"

    return Told(when, written)


def _day_first(part: dict[str, str]) -> Told | None:
    name, nth, gap = part["named3"], part["nth3"] or "", part["gap3"]
    if len(part["year3"] or "") == 2 and part["gap4"] != "-":
        return None
    if not part["year3"] and not (gap not in ("", "-") and is_sure(name)):
        return None
    language = _language(name, nth, f"{gap} {part['gap4'] or ''}")
    when = _day(_year(part["year3"]), MONTHS[name.lower()][language], int(part["day3"]))

    def written(other: date) -> str:
        day = str(other.day).zfill(2) if part["day3"].startswith("0") else str(other.day)
        named = renamed(name, other.month, language)
        year = f"{part['gap4']}{_short(other, part['year3'])}" if part["year3"] else ""
        return f"{day}{_nth(other.day, nth)}{gap}{named}{part['dot3']}{year}"

    return Told(when, written)


def _month_first(part: dict[str, str]) -> Told | None:
    name, nth = part["named6"], part["nth6"]
    if not part["year6"] and not is_sure(name):
        return None
    language = _language(name, nth, part["gap7"] or "")
    when = _day(_year(part["year6"]), MONTHS[name.lower()][language], int(part["day6"]))

    def written(other: date) -> str:
        day = str(other.day).zfill(2) if part["day6"].startswith("0") else str(other.day)
        year = f"{part['gap7']}{other.year}" if part["year6"] else ""
        return f"{renamed(name, other.month, language)}{part['gap6']}{day}{_nth(other.day, nth)}{year}"

    return Told(when, written)


def _of_month(part: dict[str, str]) -> Told | None:
    """A month without a day moves as its middle does."""
    name = part["named5"]
    if name.lower() in WORDS_TOO and name.islower():
        return None
    language = _language(name, "", part["gap5"])
    when = _day(int(part["year5"]), MONTHS[name.lower()][language], 15)

    def written(other: date) -> str:
        return f"{renamed(name, other.month, language)}{part['gap5']}{other.year}"

    return Told(when, written)


def _day(year: int, month: int, day: int) -> date:
    """A day of the calendar; raises ValueError for no day, or one of a year that people do not write of."""
    if not _OLDEST <= year <= _YOUNGEST:
        raise ValueError("no plausible year")
    return date(year, month, day)


def _year(told: str | None) -> int:
    """A year; two digits mean 1930 to 2029, as most readers take them."""
    if not told:
        return _NO_YEAR
    year = int(told)
    return year if len(told) == 4 else year + (2000 if year < 30 else 1900)


def _short(when: date, like: str) -> str:
    return str(when.year) if len(like) == 4 else str(when.year % 100).zfill(2)


def _language(name: str, nth: str, around: str) -> str:
    """The language of a month's name: by itself, else by how the day stands beside it."""
    known = MONTHS[name.lower()]
    signs = (("de", nth == "."), ("fr", nth == "er"), ("es", " de" in f" {around}"), ("en", bool(nth)))
    told = next((language for language, said in signs if said and language in known), "")
    if told:
        return told
    if name[0].isupper():
        return next((one for one in ("en", "de", "fr", "es") if one in known), "en")
    return next((one for one in ("fr", "es", "en", "de") if one in known), "en")


def _nth(day: int, like: str) -> str:
    """The ending of a number in an order, where one stood."""
    if like == ".":
        return like
    if like.lower() == "er":
        return like if day == 1 else ""
    if not like:
        return ""
    ending = "th" if 10 < day % 100 < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return ending.upper() if like.isupper() else ending
