"""Days, and days with times."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.arrow import type_of
from agentprobe.worlds.grow.chance import Units, Whole
from agentprobe.worlds.grow.columns._column import ColumnGrower
from agentprobe.worlds.grow.gathered import Gathered, by_group
from agentprobe.worlds.grow.joined import Strings, between, chosen, digits, joined, picked, strings
from agentprobe.worlds.grow.rows import Rows
from agentprobe.worlds.shape.arrays import pc
from agentprobe.worlds.shape.model import Moment

DAY = 86_400_000_000
"""Microseconds."""
_PARENT = "parent."


class Moments(ColumnGrower):
    """Draws a day by quantiles and weekdays, a time by hours, or both by the time since another moment."""

    @cached_property
    def _moment(self) -> Moment:
        assert isinstance(self.field.model, Moment)
        return self.field.model

    def numbers(self, rows: Rows) -> Whole:
        """Microseconds since 1970-01-01."""
        before = self._before(rows)
        if before is not None and self._moment.gaps:
            gaps = self._gaps(before, self.units(rows, "gap"))
            found = before + np.floor(np.maximum(gaps, 0) * DAY).astype(np.int64)
            found = found if self._moment.grain == 1 else found // self._grain * self._grain
            last = int(self._moment.knots[-1] * DAY)
            sooner = before + np.floor((last - before) * self.units(rows, "sooner")).astype(np.int64)
            found = np.where((found > last) & (before < last), sooner, found)
            whole: Whole = found if self._moment.hours else found // DAY * DAY
            return whole
        day = np.floor(between(np.asarray(self._moment.knots), self.units(rows, "day"))).astype(np.int64)
        day += self._weekday(rows, day)
        day = self._rounded(rows, day)
        return day * DAY + self._time(rows)

    def values(self, rows: Rows) -> Gathered:
        """Dates, timestamps, or text in the shape's forms."""
        micros = rows.numbers(self.field.name)
        found = self._written(rows, micros) if self.column.kind == "text" else Gathered(self._plain(micros))
        return self._special(rows, found) if self._moment.special else found

    def _plain(self, micros: Whole) -> Strings:
        kind = self.column.kind
        if kind == "date":
            return pa.array((micros // DAY).astype(np.int32)).cast(pa.date32())
        if kind == "timestamp":
            return pa.array(micros).cast(type_of(self.column))
        if kind == "time":
            return pa.array(micros % DAY).cast(pa.time64("us"))
        return pa.array(micros // 1_000_000)

    @property
    def _grain(self) -> int:
        return self._moment.grain * 1_000_000

    def _gaps(self, before: Whole, units: Units) -> Units:
        """The days since the earlier moment, by when that was where it matters."""
        if not self._moment.gaps_by:
            return between(np.asarray(self._moment.gaps), units)
        band = np.searchsorted(np.asarray(self._moment.bands), before / DAY, side="right")
        found = np.empty(len(units))
        for number, knots in enumerate(self._moment.gaps_by):
            at = band == number
            found[at] = between(np.asarray(knots), units[at])
        return found

    def _before(self, rows: Rows) -> Whole | None:
        name = self._moment.after
        if name.startswith(_PARENT):
            parent = rows.grower.parent
            name = name.removeprefix(_PARENT)
            if parent is None or name not in parent.columns:
                return None
            return Rows(parent, rows.frame.owners(rows.places)).numbers(name)
        return rows.numbers(name) if name in rows.grower.columns else None

    def _weekday(self, rows: Rows, day: Whole) -> Whole:
        """Shift within the week to the weekdays that the shape prefers."""
        if not self._moment.weekdays:
            return np.zeros(len(day), np.int64)
        shares = [share / sum(self._moment.weekdays) for share in self._moment.weekdays]
        wanted = np.minimum(chosen(shares, self.units(rows, "weekday")), 6)
        return wanted - (day + 3) % 7

    def _rounded(self, rows: Rows, day: Whole) -> Whole:
        """Put days of which only the year or the month is known at its first."""
        if self._moment.monthly:
            first = self.units(rows, "monthly") < self._moment.monthly
            day = np.where(first, _first_of(day, "M"), day)
        if self._moment.yearly:
            year = np.floor(between(np.asarray(self._moment.years), self.units(rows, "year")))
            first = self.units(rows, "yearly") < self._moment.yearly
            day = np.where(first, _first_of(year.astype(np.int64), "Y"), day)
        return day

    def _time(self, rows: Rows) -> Whole:
        if not self._moment.hours:
            return np.zeros(len(rows.places), np.int64)
        shares = [share / sum(self._moment.hours) for share in self._moment.hours]
        hour = np.minimum(chosen(shares, self.units(rows, "hour")), len(shares) - 1)
        second = np.floor(self.units(rows, "second") * 3600).astype(np.int64)
        micros: Whole = (hour * 3600 + second) * 1_000_000
        return micros if self._moment.grain == 1 else micros // self._grain * self._grain

    def _written(self, rows: Rows, micros: Whole) -> Gathered:
        forms = self._moment.forms or (("YYYY-MM-DD", 1.0),)
        which = np.minimum(chosen([share for _, share in forms], self.units(rows, "form")), len(forms) - 1)
        days = pa.array((micros // DAY).astype(np.int32)).cast(pa.date32())

        def make(group: int, at: npt.NDArray[np.intp]) -> Gathered:
            return Gathered(written(forms[group][0], picked(days, at), micros[at] % DAY))

        return by_group(which, make, pa.string())

    def _special(self, rows: Rows, values: Gathered) -> Gathered:
        special = self._moment.special
        which = chosen([share for _, share in special], self.units(rows, "special"))
        news = strings([value for value, _ in special])
        if not pa.types.is_string(values.kind):
            news = news.cast(pa.date32()).cast(pa.timestamp("us")).cast(values.kind)
        at = np.flatnonzero(which < len(special))
        return values.changed([(at, Gathered(news, which[at]))])


def _first_of(days: Whole, unit: str) -> Whole:
    """The first day of each day's month (M) or year (Y)."""
    told = days.astype("datetime64[D]").astype(f"datetime64[{unit}]")
    return np.asarray(told.astype("datetime64[D]").astype(np.int64))


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def written(form: str, days: Strings, micros: npt.NDArray[np.int64]) -> Strings:
    """A date as text: YYYY, MM, DD, hh, mm, ss and `f` for a digit of its fraction, with what stands
    between; D and M are as short as they can be, Mon is a month's short name."""
    known: dict[str, Callable[[], Strings]] = {
        "YYYY": lambda: digits(pc.year(days).to_numpy(zero_copy_only=False), 4),
        "MM": lambda: digits(pc.month(days).to_numpy(zero_copy_only=False), 2),
        "DD": lambda: digits(pc.day(days).to_numpy(zero_copy_only=False), 2),
        "YY": lambda: digits(pc.year(days).to_numpy(zero_copy_only=False) % 100, 2),
        "hh": lambda: digits(micros // 3_600_000_000, 2),
        "mm": lambda: digits(micros // 60_000_000 % 60, 2),
        "ss": lambda: digits(micros // 1_000_000 % 60, 2),
        "Mon": lambda: picked(strings(_MONTHS), pc.month(days).to_numpy(zero_copy_only=False) - 1),
        "D": lambda: digits(pc.day(days).to_numpy(zero_copy_only=False), 1),
        "M": lambda: digits(pc.month(days).to_numpy(zero_copy_only=False), 1),
        **{"f" * n: partial(_fraction, micros, n) for n in range(9, 0, -1)},
    }
    parts: list[Strings | str] = []
    while form:
        name = next((name for name in known if form.startswith(name)), "")
        parts.append(known[name]() if name else form[:1])
        form = form[len(name) or 1 :]
    return joined(*parts, "")


def _fraction(micros: npt.NDArray[np.int64], many: int) -> Strings:
    wide = micros % 1_000_000 * 1000 // 10 ** (9 - many)
    return digits(wide, many)
