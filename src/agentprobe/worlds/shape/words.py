"""The shape of names of people, places and things."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rapidfuzz import process
from rapidfuzz.distance import OSA

from agentprobe.worlds.roles import NAMES, Role
from agentprobe.worlds.shape.arrays import Values, flags, pc
from agentprobe.worlds.shape.counting import Counting, counted, normal
from agentprobe.worlds.shape.dirt import case_of
from agentprobe.worlds.shape.lexicon import MOST_WORDS, Lexicon
from agentprobe.worlds.shape.model import FullName, Weighted, Words

VOCABULARIES = {
    Role.GIVEN_NAME: "given_name",
    Role.SURNAME: "surname",
    Role.FULL_NAME: "surname",
    Role.ORGANISATION: "organisation",
    Role.STREET: "street",
    Role.ADDRESS: "street",
    Role.CITY: "place",
    Role.REGION: "place",
    Role.COUNTRY: "place",
    Role.USERNAME: "handle",
    Role.URL: "handle",
    Role.IP: "handle",
    Role.POSTCODE: "handle",
    Role.TITLE: "product",
}
_RARE, _COMMON = 400, 4000
"""So many rare words are compared with so many commoner ones."""
_PREFIX = 4
_TITLES = r"(?i)^(dr|prof|mr|mrs|ms|sir|herr|frau)\.?\s"


_NUMBERED = frozenset({Role.STREET, Role.ADDRESS})
_HOUSE = r"^(\d{1,6})\w?\s+"


def words_of(
    values: Values,
    vocabulary: str,
    counting: Counting,
    *,
    role: Role = Role.FULL_NAME,
    lexicon: Lexicon | None = None,
) -> Words:
    """The shape of a column with one name a value; with a lexicon, also made-up words in their place."""
    values = values.drop_null()
    houses = flags(pc.match_substring_regex(normal(values), _HOUSE))
    numbered = float(houses.mean()) if len(houses) and role in _NUMBERED else 0.0
    numbers: tuple[float, ...] = ()
    if numbered > 0.05:
        found = house_of(values).drop_null().cast(pa.float64()).to_numpy(zero_copy_only=False)
        numbers = counting.knots(found)
        values = without_house(values)
    plain = normal(values)
    distinct, counts = counted(plain)
    prefixes = pc.utf8_slice_codeunits(pa.array(distinct, pa.string()), 0, _PREFIX)
    spectrum = counting.spectrum(counts)
    told: tuple[str, ...] = ()
    if lexicon is not None and counting.epsilon is None:
        new = spectrum.strength + spectrum.discount * spectrum.distinct
        told = told_by(values, role, lexicon, lost=new / (spectrum.seen + spectrum.strength))
    return Words(
        vocabulary=vocabulary,
        spectrum=spectrum,
        prefixes=counting.spectrum(counted(prefixes)[1]) if len(distinct) >= 50 else None,
        variants=round(_variants(distinct, counts), 4),
        case=case_of(values),
        numbered=round(numbered, 4) if numbered > 0.05 else 0.0,
        houses=numbers,
        lexicon=told,
    )


_FIRST_NUMBER = r"^(?P<n>\d{1,6})\w?\s+"


def house_of(values: Values) -> Values:
    """The numbers with which values begin, as text; null where there is none."""
    found: Values = pc.struct_field(pc.extract_regex(normal(values), _FIRST_NUMBER), "n")
    return found


def without_house(values: Values) -> Values:
    """What is left of values without the numbers with which they begin."""
    found: Values = pc.replace_substring_regex(pc.utf8_trim_whitespace(values.cast(pa.string())), _HOUSE, "")
    return found


def told_by(values: Values, role: Role, lexicon: Lexicon, *, lost: float = 0.0) -> tuple[str, ...]:
    """A made-up word for each of a column's commonest ones, the commonest first, as mostly written."""
    spelled, times = counted(pc.utf8_trim_whitespace(values.cast(pa.string())))
    if not spelled:
        return ()
    fold = [str(one) for one in normal(pa.array(spelled, pa.string())).to_pylist()]
    usual, total = dict[str, str](), Counter[str]()
    for at in np.lexsort((np.arange(len(times)), -times)).tolist():
        usual.setdefault(fold[at], spelled[at])
        total[fold[at]] += int(times[at])
    words = [word for word, _ in total.most_common(MOST_WORDS)]
    made = lexicon.others(role, pa.array([usual[word] for word in words], pa.string()))
    fakes = [str(one) for one in made.to_pylist()]
    if role in NAMES:
        counts = np.asarray([total[word] for word in words], np.float64)
        fakes = lexicon.mended(words, fakes, counts, lost=lost)
    order = sorted(range(len(words)), key=lambda at: (-total[words[at]], fakes[at]))
    return tuple(fakes[at] for at in order)


def _variants(distinct: list[str], counts: npt.NDArray[np.int64]) -> float:
    """The share of rare words that are one edit away from one at least twice as common."""
    order = np.argsort(-counts, kind="stable")
    common = [distinct[at] for at in order[:_COMMON] if counts[at] >= 2]
    rare = [distinct[at] for at in order if counts[at] == 1 and len(distinct[at]) > 3]
    if len(common) < 5 or len(rare) < 20:
        return 0.0
    rare = rare[:: max(len(rare) // _RARE, 1)][:_RARE]
    near = process.cdist(rare, common, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8, workers=1)
    return float((near <= 1).any(axis=1).mean())


def full_names(
    values: Values, counting: Counting, firsts: Values, lexicon: Lexicon | None = None
) -> tuple[FullName, Values, Values]:
    """The shape of names in one value, and the given names and surnames of the rows.

    `firsts` are the values that are counted: one record of each person.
    """
    given, surname = parted(values)
    own_given, own_surname = parted(firsts)
    names = FullName(
        given=words_of(own_given, "given_name", counting, role=Role.GIVEN_NAME, lexicon=lexicon),
        surname=words_of(own_surname, "surname", counting, role=Role.SURNAME, lexicon=lexicon),
        forms=_forms(values.drop_null()),
    )
    return names, given, surname


def parted(values: Values) -> tuple[Values, Values]:
    """The given names and the surnames of names in one value; null where a value has but the other."""
    text = pc.replace_substring_regex(pc.utf8_trim_whitespace(values.cast(pa.string())), _TITLES, "")
    turned = pc.replace_substring_regex(text, r"^([^,]+),\s*(.+)$", r"\2 \1")
    given = pc.replace_substring_regex(turned, r"\s.*$", "")
    surname = pc.replace_substring_regex(turned, r"^.*\s", "")
    lone = _lone(given, surname)
    none = pa.scalar(None, pa.string())
    return (
        pc.if_else(pa.array(lone == _SURNAME), none, given),
        pc.if_else(pa.array(lone == _GIVEN), none, surname),
    )


_GIVEN, _SURNAME = 1, 2


def _lone(given: Values, surname: Values) -> npt.NDArray[np.int64]:
    """Of names that are one word, whether it is a given name or a surname: as in longer names."""
    alone = flags(pc.equal(given, surname))
    if not alone.any():
        return np.zeros(len(given), np.int64)
    longer = pa.array(~alone)
    firsts, lasts = (dict(zip(*counted(one.filter(longer)), strict=True)) for one in (given, surname))
    words = [str(word) for word in given.filter(pa.array(alone)).to_pylist()]
    told = np.zeros(len(given), np.int64)
    told[alone] = [_GIVEN if firsts.get(word, 0) > lasts.get(word, 0) else _SURNAME for word in words]
    return told


_TESTS = {
    "{surname}, {given}": r"^[^,]+,\s*\S+",
    "{title} {given} {surname}": _TITLES,
    "{initial}. {surname}": r"^\w\.?\s+\S+$",
    "{given} {middle}. {surname}": r"^\S{2,}\s+\w\.?\s+\S+$",
    "{given} {second} {surname}": r"^\S{2,}\s+\S{2,}(\s+\S+)+$",
}


def forms_of(values: Values) -> Values:
    """How each name is put together, as text; null where there is none."""
    text = values.cast(pa.string())
    bare = pc.utf8_trim_whitespace(text)
    lone = _lone(*(pc.replace_substring_regex(bare, cut, "") for cut in (r"\s.*$", r"^.*\s")))
    told = pa.array(np.array(["{given} {surname}", "{given}", "{surname}"])[lone], pa.string())
    left = lone == 0
    for form, pattern in _TESTS.items():
        hits = flags(pc.match_substring_regex(text, pattern)) & left
        told = pc.if_else(pa.array(hits), form, told)
        left &= ~hits
    found: Values = pc.if_else(pc.is_valid(text), told, pa.scalar(None, pa.string()))
    return found


def _forms(values: Values) -> Weighted:
    forms, counts = counted(forms_of(values))
    total = max(int(counts.sum()), 1)
    shares = dict(zip(forms, (counts / total).tolist(), strict=True))
    usual = "{given} {surname}"
    rest = ((form, round(shares[form], 6)) for form in ("{given}", "{surname}", *_TESTS) if form in shares)
    return ((usual, round(shares.get(usual, 0.0), 6)), *rest)
