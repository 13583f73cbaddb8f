from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa

from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.shape.persons import People, people_of, words_alike

TABLE = Table(
    name="customers",
    columns=(
        Column(name="name", kind="text", role=Role.FULL_NAME),
        Column(name="member", kind="text", role=Role.CODE),
        Column(name="phone", kind="text", role=Role.PHONE),
    ),
)


def unlike(text: str) -> str:
    """A text that is not similar to that of any other."""
    return sha256(text.encode()).hexdigest()


def groups(name: list[str], member: list[str], phone: list[str]) -> list[int]:
    """How many records each person was found to have."""
    data: dict[str, pa.Array[Any]] = {
        "name": pa.array(name),
        "member": pa.array([unlike(one) for one in member]),
        "phone": pa.array([unlike(one) for one in phone]),
    }
    return sorted(np.bincount(people_of(TABLE, data, len(name)).cluster).tolist())


def test_records_that_agree_are_one_persons() -> None:
    assert groups(["Kim Lee"] * 6 + ["Bo Ray"], ["m1"] * 6 + ["m2"], ["1"] * 6 + ["2"]) == [1, 6]


def test_a_chain_of_namesakes_is_not_one_person() -> None:
    """Each shares a number with the one before and another one with the one after."""
    member = [f"m{place // 2}" for place in range(40)]
    phone = [f"{(place + 1) // 2}" for place in range(40)]
    assert max(groups(["Kim Lee"] * 40, member, phone)) == 2


def test_one_mistaken_link_does_not_join_two_persons() -> None:
    member = ["m1", "m1", "m1", "one's", "one's", "m2", "m2", "m2"]
    assert groups(["Kim Lee"] * 8, member, ["1"] * 4 + ["2"] * 4) == [4, 4]


def test_names_are_alike_by_their_words_in_whatever_order() -> None:
    assert words_alike("dent bailee", "bailee dent") == 1.0
    assert words_alike("tom clifford", "thomas clifford of chudleigh") == 1.0
    assert words_alike("w. hooker", "william hooker") == 1.0
    assert 0 < words_alike("nguyen", "isabella nguyen") < 1
    assert 0 < words_alike("lucy silcox", "anne silcox") < words_alike("nguyen", "isabella nguyen")
    assert words_alike("kim lee", "bo ray") == 0.0


def test_a_turned_name_with_the_same_number_is_the_same_person() -> None:
    name = ["Dent Bailee", "Bailee Dent", "Kim Lee", "Bo Ray"]
    assert groups(name, ["m1", "m2", "m3", "m4"], ["1", "1", "2", "2"]) == [1, 1, 2]


def test_of_a_person_is_told_what_most_of_their_records_tell() -> None:
    """However common the one record's other name is."""
    people = People(np.array([0, 0, 0, 1, 2, 3]), np.array([True, False, False, True, True, True]))
    names = pa.array(["Keziah", "William", "Keziah", "William", "William", "William"])
    assert people.told(names).to_pylist() == ["Keziah", "William", "William", "William"]
