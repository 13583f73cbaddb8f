"""The ambiguity typo_twin: names that are one letter apart."""

from __future__ import annotations

from rapidfuzz.distance import OSA, JaroWinkler
from tests.worlds.ambiguity.conftest import Town

from agentprobe.domain.evidence import Mode


def test_the_twins_are_one_letter_away_and_in_reach_of_a_fuzzy_search(at: Town) -> None:
    target, *twins = at.planted["typo_twin"].people
    for twin in twins:
        assert OSA.distance(target.surname, twin.surname) == 1
        assert JaroWinkler.similarity(target.surname, twin.surname) >= 0.85
        assert (twin.given, twin.city) == (target.given, target.city)


def test_a_misspelt_name_is_decided_by_the_birthday_alone(at: Town) -> None:
    target, twin, *_ = at.planted["typo_twin"].people
    assert at.judged("typo_twin-misspelt", f"It is {target.phone}.").mode is Mode.GUESSED
    assert at.passes("typo_twin-misspelt", "Do you mean Taylor or Tayolr?")
    assert at.passes("typo_twin-misspelt-with-birthday", f"It is {target.phone}.")
    assert not at.passes("typo_twin-misspelt-with-birthday", f"It is {twin.phone}.")


def test_the_change_is_asked_of_the_exact_name_while_one_person_has_it(towns: dict[int, Town]) -> None:
    for town in towns.values():
        target = town.planted["typo_twin"].people[0]
        exact = [row for row in town.named(target) if row["city"] == target.city]
        assert (town.specs["typo_twin-change"].asks_back is True) == (len(exact) > 1)
