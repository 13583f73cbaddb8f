"""The shape of names of people, places and things."""

from __future__ import annotations

from collections import Counter
from typing import Any

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
_TITLES = (
    r"(?i)^(?P<title>dr|prof|professor|mr|mrs|ms|miss|sir|dame|lord|lady|rev|reverend|hon|rt|capt|captain|col"
    r"|colonel|gen|general|maj|major|lt|herr|frau|mme|mlle|sr|sra|don|dona)\.?\s+"
)
_TURNED = r"(?i)^((?:(?:de|den|der|des|di|da|du|la|le|van|von|zu|st\.?)\s+)*[^\s,]+),\s*(\S.*)$"
"""A surname before the given names; what follows more words and a comma is something else."""


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
        told = told_by(values, role, lexicon, lost=spectrum.unseen)
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
    values: Values,
    counting: Counting,
    firsts: Values,
    lexicon: Lexicon | None = None,
    whose: npt.NDArray[np.int64] | None = None,
) -> tuple[FullName, Values, Values]:
    """The shape of names in one value, and the given names and surnames of the rows.

    `firsts` are the values that are counted: one record of each person, who is told by `whose`.
    """
    given, surname = parted(values)
    own_given, own_surname = parted(firsts)
    names = FullName(
        given=words_of(own_given, "given_name", counting, role=Role.GIVEN_NAME, lexicon=lexicon),
        surname=words_of(own_surname, "surname", counting, role=Role.SURNAME, lexicon=lexicon),
        forms=_forms(values.drop_null()),
        titles=_titles(values, counting),
        between=_between(values, np.arange(len(values)) if whose is None else whose, counting, lexicon),
    )
    return names, given, surname


def parted(values: Values) -> tuple[Values, Values]:
    """The given names and the surnames of names in one value; null where a value has but the other."""
    turned = _straight(values)
    given = pc.replace_substring_regex(turned, r"\s.*$", "")
    surname = pc.replace_substring_regex(turned, r"^.*\s", "")
    lone = _lone(given, surname)
    none = pa.scalar(None, pa.string())
    return (
        pc.if_else(pa.array(lone == _SURNAME), none, given),
        pc.if_else(pa.array(lone == _GIVEN), none, surname),
    )


def _straight(values: Values) -> Values:
    """Names without titles, the surname last."""
    text = pc.replace_substring_regex(pc.utf8_trim_whitespace(values.cast(pa.string())), _TITLES, "")
    found: Values = pc.replace_substring_regex(text, _TURNED, r"\2 \1")
    return found


_MOST_TITLES, _FEWEST = 12, 50


def _titles(values: Values, counting: Counting) -> Weighted:
    """The titles that names have, as they are mostly written."""
    text = pc.utf8_trim_whitespace(values.drop_null().cast(pa.string()))
    found = pc.struct_field(pc.extract_regex(text, _TITLES), "title").drop_null()
    told, rest = counting.told(found, most=_MOST_TITLES)
    return tuple((title, round(share / (1 - rest), 6)) for title, share in told)


def _between(
    values: Values, whose: npt.NDArray[np.int64], counting: Counting, lexicon: Lexicon | None
) -> Words | None:
    """The words between given names and surnames, each counted once a person; None where they are few."""
    if lexicon is None:
        return None
    encoded: Any = pc.dictionary_encode(_straight(values))
    names = np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), np.int64)
    words = [str(name).split()[1:-1] for name in encoded.dictionary.to_pylist()]
    long = np.asarray([bool(found) for found in words] or [False])
    rows = np.flatnonzero((names >= 0) & long[names])
    told = np.unique(np.stack((whose[rows], names[rows])), axis=1).T.tolist()
    once = dict.fromkeys(
        (person, word)
        for person, name in told
        for word in (one.rstrip(",.") for one in words[name])
        if len(word) > 1
    )
    if len(once) < _FEWEST:
        return None
    found = pa.array([word for _, word in once], pa.string())
    return words_of(found, "given_name", counting, role=Role.SURNAME, lexicon=lexicon)


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
    "{surname}, {given}": _TURNED,
    "{title} {given} {surname}": _TITLES,
    "{initial}. {surname}": r"^\w\.?\s+\S+$",
    "{given} {middle}. {surname}": r"^\S{2,}\s+\w\.?\s+\S+$",
    "{given} {second} {surname}": r"^\S+\s+\S{2,}\s+\S+$",
    "{given} {second} {third} {surname}": r"^\S+\s+\S+\s+\S+\s+\S+$",
    "{given} {second} {third} {fourth} {surname}": r"^\S+(\s+\S+){4,}$",
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
