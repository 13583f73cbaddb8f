"""Searches find as much in pseudonyms as in the real dirty names that they stand for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cdist
from scipy.stats import ks_2samp, wasserstein_distance

from agentprobe.worlds.sanitise.words import Level

Names = list[tuple[str, str, str]]
BITS = 0.3
"""The distance that result sizes may move, in bits."""


def mapped(sanitise: Callable[..., Any], names: Names, level: Level = Level.M5) -> Names:
    columns = {
        "given": ("given_name", [given for given, _, _ in names]),
        "surname": ("surname", [surname for _, surname, _ in names]),
    }
    after = sanitise(columns, default=level).columns
    return [
        (given, surname, person)
        for given, surname, (_, _, person) in zip(after["given"], after["surname"], names, strict=True)
    ]


class Searched:
    """What each of some queries finds in a table of names."""

    def __init__(self, names: Names, queries: list[int]) -> None:
        full = [f"{given} {surname}" for given, surname, _ in names]
        persons = np.array([person for _, _, person in names])
        distinct = list(dict.fromkeys(full))
        place = {name: number for number, name in enumerate(distinct)}
        rows = np.array([place[name] for name in full])
        weights = np.bincount(rows)
        asked = [full[query] for query in queries]
        alike = cdist(asked, distinct, scorer=JaroWinkler.similarity, dtype=np.float32)
        steps = cdist(asked, distinct, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
        surnames = Counter(surname for _, surname, _ in names)
        self.sizes: dict[str, NDArray[np.float64]] = {
            "exact": logged(weights[place[name]] for name in asked),
            "prefix": logged(found(surnames, str.startswith, names[query][1][:4]) for query in queries),
            "substring": logged(found(surnames, str.__contains__, names[query][1]) for query in queries),
            "middle": logged(found(surnames, str.__contains__, middle(names[query][1])) for query in queries),
            "jw92": logged((alike >= 0.92) @ weights),
            "jw85": logged((alike >= 0.85) @ weights),
            "osa2": logged((steps <= 2) @ weights),
        }
        margins = [margin(alike[number][rows], persons, query) for number, query in enumerate(queries)]
        self.margins = np.array([value for value in margins if value is not None])
        self.ambiguous = float((self.margins <= 0).mean())


def logged(sizes: Any) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.log2(1 + np.array(list(sizes), float))
    return found


def found(surnames: Counter[str], test: Callable[[str, str], bool], query: str) -> int:
    return sum(count for surname, count in surnames.items() if test(surname, query))


def middle(surname: str) -> str:
    start = max(0, (len(surname) - 4) // 2)
    return surname[start : start + 4]


def margin(scores: NDArray[np.float32], persons: NDArray[Any], query: int) -> float | None:
    same = persons == persons[query]
    others = float(scores[~same].max())
    same = same.copy()
    same[query] = False
    return float(scores[same].max()) - others if same.any() else None


@pytest.fixture(scope="module")
def queries(febrl_names: Names) -> list[int]:
    chosen: list[int] = np.random.default_rng(5).choice(len(febrl_names), 150, replace=False).tolist()
    return chosen


@pytest.fixture(scope="module")
def before(febrl_names: Names, queries: list[int]) -> Searched:
    return Searched(febrl_names, queries)


def test_searches_find_as_much_as_in_production(
    sanitise: Callable[..., Any], febrl_names: Names, queries: list[int], before: Searched
) -> None:
    after = Searched(mapped(sanitise, febrl_names), queries)
    moved = {name: wasserstein_distance(before.sizes[name], after.sizes[name]) for name in before.sizes}
    assert max(moved.values()) <= BITS, moved
    assert moved["exact"] == 0
    assert ks_2samp(before.margins, after.margins).statistic <= 0.1
    assert abs(before.ambiguous - after.ambiguous) <= 0.05


def test_words_mapped_each_for_itself_lose_what_is_near(
    sanitise: Callable[..., Any], febrl_names: Names, queries: list[int], before: Searched
) -> None:
    """The control: without variants and shared parts the same measurement fails."""
    after = Searched(mapped(sanitise, febrl_names, Level.M1), queries)
    assert wasserstein_distance(before.sizes["middle"], after.sizes["middle"]) > BITS
    assert ks_2samp(before.margins, after.margins).statistic > 0.1


def test_near_stays_near_and_far_far(sanitise: Callable[..., Any], febrl_names: Names) -> None:
    """Records of one person are as many steps apart as they were, nearly all of them."""
    after = mapped(sanitise, febrl_names)
    first: dict[str, int] = {}
    pairs = [
        (first[person], place)
        for place, (_, _, person) in enumerate(febrl_names)
        if first.setdefault(person, place) != place
    ]
    apart = [
        [OSA.distance(" ".join(names[one][:2]), " ".join(names[two][:2])) for one, two in pairs]
        for names in (febrl_names, after)
    ]
    near = [(old, new) for old, new in zip(*apart, strict=True) if old <= 2]
    assert len(near) > 1000
    assert sum(old == new for old, new in near) / len(near) > 0.85
    far = [new for old, new in zip(*apart, strict=True) if old > 4]
    assert sum(new > 2 for new in far) / len(far) > 0.97


def test_who_knows_the_common_names_reads_hardly_any_rare_one(
    sanitise: Callable[..., Any], febrl_names: Names
) -> None:
    columns = {
        "given": ("given_name", [given for given, _, _ in febrl_names]),
        "surname": ("surname", [surname for _, surname, _ in febrl_names]),
    }
    risk = sanitise(columns).words.risk()
    assert risk.rare > 1000
    assert risk.known > 5
    assert risk.decoded is not None
    assert risk.decoded <= 0.01
    assert risk.known_parent is not None
    assert risk.rank["rare"] < 0.05


def test_names_stay_distinct_and_none_is_a_name_of_production(
    sanitise: Callable[..., Any], febrl_names: Names
) -> None:
    after = mapped(sanitise, febrl_names)
    for place in (0, 1):
        pairs = {(one[place], other[place]) for one, other in zip(febrl_names, after, strict=True)}
        assert len(pairs) == len({old for old, _ in pairs}) == len({new for _, new in pairs})
    real = {name for given, surname, _ in febrl_names for name in (given, surname) if len(name) > 2}
    assert not real & {name for given, surname, _ in after for name in (given, surname)}
