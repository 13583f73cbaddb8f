"""The shape of days and times."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.shape.arrays import Values, flags, pc, picked
from agentprobe.worlds.shape.counting import Counting, counted
from agentprobe.worlds.shape.forms import masks_of
from agentprobe.worlds.shape.model import Moment, Weighted

DAY = 86_400_000_000
_SENTINELS = (
    "1900-01-01",
    "1901-01-01",
    "1970-01-01",
    "9999-12-31",
    "2000-01-01",
    "1111-11-11",
    "1753-01-01",
)
_FORMS = {
    "9999-99-99": (("YYYY-MM-DD", "%Y-%m-%d"),),
    "99999999": (("YYYYMMDD", "%Y%m%d"),),
    "9999/99/99": (("YYYY/MM/DD", "%Y/%m/%d"),),
    "99/99/9999": (("DD/MM/YYYY", "%d/%m/%Y"), ("MM/DD/YYYY", "%m/%d/%Y")),
    "9/99/9999": (("D/MM/YYYY", "%d/%m/%Y"), ("M/DD/YYYY", "%m/%d/%Y")),
    "99/9/9999": (("DD/M/YYYY", "%d/%m/%Y"), ("MM/D/YYYY", "%m/%d/%Y")),
    "9/9/9999": (("D/M/YYYY", "%d/%m/%Y"), ("M/D/YYYY", "%m/%d/%Y")),
    "99/99/99": (("DD/MM/YY", "%d/%m/%y"), ("MM/DD/YY", "%m/%d/%y")),
    "99.99.9999": (("DD.MM.YYYY", "%d.%m.%Y"),),
    "99-99-9999": (("DD-MM-YYYY", "%d-%m-%Y"), ("MM-DD-YYYY", "%m-%d-%Y")),
    "99 Aaa 9999": (("DD Mon YYYY", "%d %b %Y"),),
    "99-Aaa-9999": (("DD-Mon-YYYY", "%d-%b-%Y"),),
    "9999-99-99 99:99": (("YYYY-MM-DD hh:mm", "%Y-%m-%d %H:%M"),),
    "9999-99-99 99:99:99": (("YYYY-MM-DD hh:mm:ss", "%Y-%m-%d %H:%M:%S"),),
    "9999-99-99A99:99": (("YYYY-MM-DDThh:mm", "%Y-%m-%dT%H:%M"),),
    "9999-99-99A99:99:99": (("YYYY-MM-DDThh:mm:ss", "%Y-%m-%dT%H:%M:%S"),),
    "99/99/9999 99:99": (("DD/MM/YYYY hh:mm", "%d/%m/%Y %H:%M"), ("MM/DD/YYYY hh:mm", "%m/%d/%Y %H:%M")),
    "99/99/9999 99:99:99": (
        ("DD/MM/YYYY hh:mm:ss", "%d/%m/%Y %H:%M:%S"),
        ("MM/DD/YYYY hh:mm:ss", "%m/%d/%Y %H:%M:%S"),
    ),
    "99.99.9999 99:99": (("DD.MM.YYYY hh:mm", "%d.%m.%Y %H:%M"),),
    "99.99.9999 99:99:99": (("DD.MM.YYYY hh:mm:ss", "%d.%m.%Y %H:%M:%S"),),
}
_PARTED = r"^(?P<day>.*?)(?P<fraction>:\d\d\.\d{1,9})?(?P<zone> ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d))?$"
"""What a moment as text may end with; the clock is that of its own zone."""
_CLOCK = r":\d\d"


def micros_of(values: Values) -> tuple[npt.NDArray[np.float64], Weighted]:
    """Microseconds since 1970 of each row, NaN where there is no moment; and the forms of moments as text."""
    kind = values.type
    if pa.types.is_string(kind):
        return _read(values)
    if pa.types.is_date(kind):
        found: Any = values.cast(pa.int32()).cast(pa.float64()).to_numpy(zero_copy_only=False)
        return found * DAY, ()
    if pa.types.is_time(kind):
        return values.cast(pa.int64()).cast(pa.float64()).to_numpy(zero_copy_only=False), ()
    if pa.types.is_timestamp(kind):
        found = values.cast(pa.timestamp("us", tz=kind.tz)).cast(pa.int64())
        return found.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), ()
    return values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False) * 1e6, ()


def _read(values: Values) -> tuple[npt.NDArray[np.float64], Weighted]:
    plain, endings = _parted(values)
    masks = masks_of(plain)
    found = np.full(len(values), np.nan)
    forms: dict[str, int] = {}
    for mask, candidates in _FORMS.items():
        at = np.flatnonzero(flags(pc.equal(masks, mask)))
        if not len(at):
            continue
        some = picked(plain, at)
        read = [(form, pc.strptime(some, pattern, "us", error_is_null=True)) for form, pattern in candidates]
        form, parsed = min(read, key=lambda one: one[1].null_count)
        found[at] = parsed.cast(pa.int64()).cast(pa.float64()).to_numpy(zero_copy_only=False)
        for ending, many in zip(*counted(picked(endings, at)), strict=True):
            forms[form + ending] = forms.get(form + ending, 0) + int(many)
    total = max(sum(forms.values()), 1)
    usual = sorted(forms.items(), key=lambda one: (-one[1], one[0]))[:_MOST_FORMS]
    return found, tuple((form, round(many / total, 6)) for form, many in usual)


_MOST_FORMS = 24


def _parted(values: Values) -> tuple[Values, Values]:
    """Texts without a second's fraction and a zone; and these, with `f` for a digit of the fraction."""
    text = pc.utf8_trim_whitespace(values)
    clock = pc.fill_null(pc.match_substring_regex(text, _CLOCK), False)
    parts = pc.extract_regex(pc.if_else(clock, text, ""), _PARTED)
    fraction, zone = (pc.fill_null(pc.struct_field(parts, name), "") for name in ("fraction", "zone"))
    second = pc.utf8_slice_codeunits(fraction, 0, 3)
    plain = pc.binary_join_element_wise(pc.fill_null(pc.struct_field(parts, "day"), ""), second, "")
    digits = pc.replace_substring_regex(pc.utf8_slice_codeunits(fraction, 3), r"\d", "f")
    return pc.if_else(clock, plain, text), pc.binary_join_element_wise(digits, zone, "")


def words_beside(values: Values, micros: npt.NDArray[np.float64], counting: Counting) -> Weighted:
    """Of a column of texts: what is no moment and stands in many rows, as shares of all that stands there."""
    if not pa.types.is_string(values.type):
        return ()
    odd = values.filter(pa.array(np.isnan(micros))).drop_null()
    if not len(odd):
        return ()
    told, _ = counting.told(odd, most=20)
    share = len(odd) / max(len(values) - values.null_count, 1)
    return tuple((word, round(part * share, 6)) for word, part in told)


def moment_of(
    micros: npt.NDArray[np.float64],
    forms: Weighted,
    counting: Counting,
    others: dict[str, npt.NDArray[np.float64]],
) -> Moment:
    """The shape of a column; `others` are the moments of the same rows that it may have to follow."""
    known = micros[~np.isnan(micros)]
    days = np.floor(known / DAY)
    special, usual = _special(days, counting)
    times = known % DAY
    yearly, monthly, in_full = _firsts(days[usual], counting)
    after, gaps, bands, gaps_by = _after(micros, others, counting)
    return Moment(
        knots=counting.knots(days[usual][in_full], most=_DAYS, grain=1.0),
        yearly=yearly,
        years=counting.knots(days[usual][~in_full], most=_DAYS, grain=1.0) if yearly else (),
        monthly=monthly,
        weekdays=_shares(counting, ((days[usual] + 3) % 7).astype(int), 7),
        hours=_shares(counting, (times // 3_600_000_000).astype(int), 24, least=0.0) if times.any() else (),
        after=after,
        gaps=gaps,
        bands=bands,
        gaps_by=gaps_by,
        grain=_grain(times),
        forms=forms,
        special=special,
    )


def _grain(times: npt.NDArray[np.float64]) -> int:
    """The seconds of which all times of the day are multiples."""
    if not times.any():
        return 1
    return next((grain for grain in _GRAINS if not (times % (grain * 1e6)).any()), 1)


def _special(days: npt.NDArray[np.float64], counting: Counting) -> tuple[Weighted, npt.NDArray[np.bool_]]:
    """Days that stand for something else: well-known ones that come far more often than their neighbours."""
    usual = np.ones(len(days), bool)
    found = []
    for name in _SENTINELS:
        day = float(np.datetime64(name, "D").astype(int))
        here = days == day
        beside = (np.abs(days - day) <= 30) & ~here
        if here.sum() >= counting.k and here.sum() > 10 * max(beside.sum() / 60, 0.2):
            found.append((name, round(float(here.mean()), 6)))
            usual &= ~here
    return tuple(found), usual if usual.any() else np.ones(len(days), bool)


def _firsts(days: npt.NDArray[np.float64], counting: Counting) -> tuple[float, float, npt.NDArray[np.bool_]]:
    """The share of days of which only the year is known and of which only the month is: more stand at its
    first than chance puts there. And which of the days are no first of a year, where that says something."""
    in_full = np.ones(len(days), bool)
    if len(days) < _FEWEST_DAYS:
        return 0.0, 0.0, in_full
    dates = days.astype(np.int64).astype("datetime64[D]")
    yearly, monthly = (dates == dates.astype(f"datetime64[{unit}]") for unit in ("Y", "M"))
    years = _beyond(yearly, 365.25, counting)
    if years:
        in_full = ~yearly
    months = _beyond(monthly[in_full], 30.44 * 12 / 11 if years else 30.44, counting)
    return years, months, in_full if in_full.any() else np.ones(len(days), bool)


def _beyond(here: npt.NDArray[np.bool_], one_in: float, counting: Counting) -> float:
    """The share that stands here beyond one in so many; 0 where that may be chance."""
    told, others = counting.noisy(np.array([here.sum(), (~here).sum()])).tolist()
    share = max(told - others / (one_in - 1), 0.0) / max(told + others, 1.0)
    return round(share, 4) if share > _SHOWS else 0.0


def _shares(
    counting: Counting, numbers: npt.NDArray[np.int64], many: int, *, least: float = 0.25
) -> tuple[float, ...]:
    """Shares of a few kinds; none where they hardly differ."""
    counts = counting.noisy(np.bincount(numbers, minlength=many)[:many])
    if counts.sum() < 20 * many or counts.std() <= least * counts.mean():
        return () if least else tuple((counts / max(counts.sum(), 1) + 1e-6).round(5).tolist())
    return tuple((counts / counts.sum()).round(5).tolist())


_DAYS = 121
_FEWEST_DAYS, _SHOWS = 200, 0.02
_GRAINS = (3600, 1800, 900, 300, 60)
_TIGHT = 0.1
_BAND, _MOST_BANDS = 60, 24


def _after(
    micros: npt.NDArray[np.float64], others: dict[str, npt.NDArray[np.float64]], counting: Counting
) -> tuple[str, tuple[float, ...], tuple[float, ...], tuple[tuple[float, ...], ...]]:
    """The nearest moment that this one is not before, and how long before this one it is.

    Where the time between is long beside the whole span, it is told apart by when it began: what began early
    has been going on for longer.
    """
    best, gaps, start = "", np.zeros(0), np.zeros(0)
    for name, other in others.items():
        both = ~np.isnan(micros) & ~np.isnan(other)
        between = (micros[both] - other[both]) / DAY
        if len(between) < 20 or np.mean(between >= 0) < 0.98:
            continue
        if not best or np.median(between) < np.median(gaps):
            best, gaps, start = name, np.maximum(between, 0), other[both] / DAY
    if not best:
        return "", (), (), ()
    wide = np.ptp(np.quantile(gaps, (0.1, 0.9))) > _TIGHT * np.ptp(np.quantile(start, (0.1, 0.9)))
    many = min(len(gaps) // _BAND, _MOST_BANDS)
    if not wide or many < 2:
        return best, counting.knots(gaps), (), ()
    order = np.array_split(np.argsort(start, kind="stable"), many)
    edges = tuple(float(np.floor(start[part].min())) for part in order[1:])
    return best, counting.knots(gaps), edges, tuple(counting.knots(gaps[part], most=12) for part in order)
