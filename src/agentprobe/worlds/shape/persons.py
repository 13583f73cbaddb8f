"""Which records are of one person: found by what they share, where no key says so.

Candidates share an e-mail address, a telephone number, a birthday with the beginning of a name, or both
names; their agreement is added up in points. The idea is that of Fellegi & Sunter ("A theory for record
linkage", JASA 1969); the points are chosen, not estimated.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Table
from agentprobe.worlds.shape.arrays import Values, flags, pc, picked
from agentprobe.worlds.shape.counting import codes, normal
from agentprobe.worlds.shape.nicknames import same_person_may_be

_BLOCK = 40
"""What more rows share says too little."""
_ENOUGH = 3.0
_WITHIN, _SURE, _STRICTER = 0.5, 3, 0.5
"""Of a person's records so many pairs agree; groups of few are taken as they are. Measured on 50,578 records
of 5,156 people: of the pairs found .97 are right where chains are taken apart so, and .32 where not."""
_SCALE = {
    Role.EMAIL: (3.0, -0.5),
    Role.PHONE: (3.0, -0.5),
    Role.CODE: (2.5, -0.5),
    Role.BIRTH_DATE: (3.0, -3.5),
    Role.SURNAME: (1.5, -1.5),
    Role.GIVEN_NAME: (1.5, -1.5),
    Role.FULL_NAME: (3.0, -2.5),
    Role.STREET: (2.0, -0.5),
    Role.ADDRESS: (2.5, -0.5),
    Role.POSTCODE: (1.0, -0.5),
    Role.CITY: (0.5, -0.5),
}
"""Points for agreeing and for differing."""
_NUMBERED = frozenset({Role.PHONE, Role.CODE, Role.BIRTH_DATE, Role.POSTCODE})
"""Of what has a form all values are alike: here one slip, or the parts in another order, is near."""
_NEAR = 0.88
"""From this likeness (Jaro-Winkler) on two words agree; the points fall off below."""

Pairs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class People:
    """Whose record each row is."""

    cluster: Pairs
    """A number for each row."""
    first: npt.NDArray[np.bool_]
    """Is it the first record of its person?"""

    def told(self, values: Values) -> Values:
        """One value a person: what most of its records tell, of several that which most rows have."""
        return picked(values, self.places(values)) if self.found else values

    def places(self, values: Values) -> Pairs:
        """The row of each person's value, in the order of the persons' numbers."""
        numbers = codes(values)
        counts = np.append(np.bincount(numbers[numbers >= 0], minlength=1), 0)
        cells = self.cluster * (int(numbers.max(initial=0)) + 2) + numbers + 1
        _, cell, many = np.unique(cells, return_inverse=True, return_counts=True)
        own = np.where(numbers >= 0, many[cell], 0)
        order = np.lexsort((np.arange(len(numbers)), -counts[numbers], -own, self.cluster))
        return order[np.unique(self.cluster[order], return_index=True)[1]]

    @property
    def found(self) -> bool:
        """Does anybody have two records?"""
        return not bool(self.first.all())


def people_of(table: Table, data: dict[str, Values], rows: int) -> People:
    """Find the records that are one person's; in tables that are not about people every row is its own."""
    columns = [column for column in table.columns if column.role in _SCALE and column.name in data]
    roles = {column.role for column in columns}
    named = roles & {Role.SURNAME, Role.FULL_NAME, Role.EMAIL}
    if table.references or not named or len(roles) < 3 or rows < 2:
        return People(np.arange(rows), np.ones(rows, bool))
    texts = {column.name: normal(data[column.name]) for column in columns}
    kinds = {column.name: column.role for column in columns}
    if _told_by_name(texts, kinds):
        kinds = {name: role for name, role in kinds.items() if role is not Role.EMAIL}
    pairs = _candidates(texts, kinds)
    cluster = _grouped(pairs, _points(pairs, texts, kinds), rows) if len(pairs) else np.arange(rows)
    first = np.zeros(rows, bool)
    first[np.unique(cluster, return_index=True)[1]] = True
    return People(cluster, first)


def _grouped(pairs: Pairs, points: npt.NDArray[np.float64], rows: int) -> Pairs:
    """Records that hang together; where these are a chain of look-alikes, only those that agree more."""
    enough = np.full(len(pairs), _ENOUGH)
    group = np.arange(rows)
    while len(pairs):
        kept = points >= enough
        pairs, points, enough = pairs[kept], points[kept], enough[kept]
        group = _connected(pairs, rows)
        sizes = np.bincount(group)
        agreeing = np.bincount(group[pairs[:, 0]], minlength=len(sizes))
        loose = (sizes > _SURE) & (agreeing < _WITHIN * sizes * (sizes - 1) / 2)
        if not loose.any():
            break
        enough = np.where(loose[group[pairs[:, 0]]], enough + _STRICTER, enough)
    return group


def _connected(pairs: Pairs, rows: int) -> Pairs:
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(rows, rows))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _candidates(texts: dict[str, Values], kinds: dict[str, Role]) -> Pairs:
    by = {role: name for name, role in reversed(kinds.items())}
    alone = (Role.EMAIL, Role.PHONE, Role.CODE, Role.FULL_NAME)
    found = [_sharing(codes(texts[by[role]])) for role in alone if role in by]
    last = by.get(Role.SURNAME) or by.get(Role.FULL_NAME)
    first = by.get(Role.GIVEN_NAME) or by.get(Role.FULL_NAME)
    if Role.BIRTH_DATE in by:
        born = texts[by[Role.BIRTH_DATE]]
        names = [texts[name] for name in dict.fromkeys((last, first)) if name]
        names += [pc.replace_substring_regex(names[0], r"^.*\s", "")] if last == first and names else []
        found += [_sharing(_both(born, pc.utf8_slice_codeunits(name, 0, 1))) for name in names]
        if Role.CITY in by:
            found.append(_sharing(_both(born, texts[by[Role.CITY]])))
    if last and first and last != first:
        found.append(_sharing(_both(texts[last], texts[first])))
    if last and by.get(Role.STREET):
        found.append(_sharing(_both(pc.utf8_slice_codeunits(texts[last], 0, 2), texts[by[Role.STREET]])))
    return np.unique(np.concatenate([np.zeros((0, 2), np.int64), *found]), axis=0)


_APART = 3
"""From so many edits on two birthdays are not one, mistyped."""
_NAMESAKES, _SAME_ADDRESS = 10, 0.2


def _told_by_name(texts: dict[str, Values], kinds: dict[str, Role]) -> bool:
    """Do namesakes who are not one person share their e-mail address? Then it says no more than the name."""
    by = {role: name for name, role in reversed(kinds.items())}
    other = by.get(Role.BIRTH_DATE) or by.get(Role.PHONE)
    names = [by[role] for role in (Role.FULL_NAME, Role.GIVEN_NAME, Role.SURNAME) if role in by]
    if Role.EMAIL not in by or other is None or not names:
        return False
    name = texts[names[0]]
    for more in names[1:]:
        name = pc.binary_join_element_wise(name, texts[more], "\x1f")
    pairs = _sharing(codes(name), step_to=4, block=1 << 40)[:20_000]
    told = [picked(texts[other], pairs[:, side]).to_pylist() for side in (0, 1)]
    apart = [
        one is not None and two is not None and OSA.distance(one, two) >= _APART
        for one, two in zip(*told, strict=True)
    ]
    pairs = pairs[np.asarray(apart, bool)] if len(pairs) else pairs
    addresses = [picked(texts[by[Role.EMAIL]], pairs[:, side]) for side in (0, 1)]
    same = flags(pc.equal(*addresses))
    known = flags(pc.and_(*(pc.is_valid(one) for one in addresses)))
    return bool(known.sum() >= _NAMESAKES and same.sum() > _SAME_ADDRESS * known.sum())


def _both(one: Values, other: Values) -> Pairs:
    return codes(pc.binary_join_element_wise(one, other, "\x1f"))


def _sharing(numbers: Pairs, *, step_to: int = _BLOCK, block: int = _BLOCK) -> Pairs:
    """All pairs of rows with the same number, in blocks that are not too large."""
    order = np.argsort(numbers, kind="stable")
    order = order[numbers[order] >= 0]
    ordered = numbers[order]
    found = []
    for step in range(1, step_to):
        same = np.flatnonzero(ordered[step:] == ordered[:-step])
        if not len(same):
            break
        found.append(np.stack((order[same], order[same + step]), axis=1))
    if not found:
        return np.zeros((0, 2), np.int64)
    pairs = np.concatenate(found)
    sizes = np.bincount(ordered)
    pairs = pairs[sizes[numbers[pairs[:, 0]]] <= block]
    return np.sort(pairs, axis=1)


def _points(pairs: Pairs, texts: dict[str, Values], kinds: dict[str, Role]) -> npt.NDArray[np.float64]:
    total = np.zeros(len(pairs))
    for name, role in sorted(kinds.items(), key=lambda one: one[1] is Role.FULL_NAME):
        plus, minus = _SCALE[role]
        one, other = (picked(texts[name], pairs[:, side]) for side in (0, 1))
        known = flags(pc.and_(pc.is_valid(one), pc.is_valid(other)))
        equal = flags(pc.equal(one, other))
        likeness = equal.astype(np.float64)
        unlike = np.flatnonzero(known & ~equal)
        if len(unlike):
            told = picked(one, unlike).to_pylist(), picked(other, unlike).to_pylist()
            if role in _NUMBERED:
                likeness[unlike] = process.cpdist(*told, scorer=OSA.distance, score_cutoff=1, workers=1) <= 1
                turned = [sorted(str(a)) == sorted(str(b)) for a, b in zip(*told, strict=True)]
                likeness[unlike] = np.maximum(likeness[unlike], turned)
            else:
                likeness[unlike] = process.cpdist(*told, scorer=JaroWinkler.similarity, workers=1)
        share = np.clip((likeness - 0.7) / (_NEAR - 0.7), 0, 1)
        if role is Role.FULL_NAME:
            open_ = unlike[(share[unlike] < 1) & (total[unlike] + plus >= _ENOUGH)]
            words = picked(one, open_).to_pylist(), picked(other, open_).to_pylist()
            by_words = [words_alike(str(a), str(b)) for a, b in zip(*words, strict=True)]
            share[open_] = np.maximum(share[open_], by_words)
        total += np.where(known, minus + (plus - minus) * share, 0.0)
    return total


_ONE_WORD, _ONE_OF_TWO = 0.65, 0.45
"""How much names agree of which only one word is known, or of whose words half are the same."""


@lru_cache(maxsize=1 << 16)
def words_alike(one: str, other: str) -> float:
    """How far two names are one person's by their words, in whatever order: from 0 to 1."""
    short, long = sorted((one.split(), other.split()), key=len)
    left, found = list(long), 0
    for word in short:
        like = next((each for each in left if _same_word(word, each)), None)
        if like is not None:
            left.remove(like)
            found += 1
    if not found:
        return 0.0
    if found == len(short):
        return 1.0 if found > 1 else _ONE_WORD
    return _ONE_OF_TWO


@lru_cache(maxsize=1 << 18)
def _same_word(one: str, other: str) -> bool:
    if one == other:
        return True
    short = min(one, other, key=len).rstrip(".")
    if len(short) == 1:
        return one[0] == other[0]
    return JaroWinkler.similarity(one, other) >= _NEAR or same_person_may_be(one, other)
