from __future__ import annotations

import pyarrow as pa
import pytest

from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.words import Words
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.shape.counting import Counting
from agentprobe.worlds.shape.lexicon import Lexicon
from agentprobe.worlds.shape.words import forms_of, full_names, parted

TABLE = Table(name="people", columns=(Column(name="name", kind="text", role=Role.FULL_NAME),))


def test_only_a_lone_surname_before_a_comma_is_turned() -> None:
    names = pa.array(["Lee, Kim Ann", "van Dyke, John", "Thomas Clifford, 1st Baron Clifford", "Sir Kim Lee"])
    given, surname = parted(names)
    assert given.to_pylist() == ["Kim", "John", "Thomas", "Kim"]
    assert surname.to_pylist() == ["Lee", "Dyke", "Clifford", "Lee"]
    assert forms_of(names).to_pylist() == [
        "{surname}, {given}",
        "{surname}, {given}",
        "{given} {second} {third} {fourth} {surname}",
        "{title} {given} {surname}",
    ]


def test_titles_and_the_words_between_names_are_told_but_none_of_their_words() -> None:
    names = [f"Kim Baron Of Lee{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(200)]
    names += [f"Sir Bo Ray{chr(97 + n % 26)}" for n in range(60)] + ["Dame Bo Ray"]
    table = pa.array(names)
    words = Words()
    words.learn(TABLE, pa.record_batch([table], names=["name"]))
    key = Key(b"k" * 32)
    words.settle(key)
    found, _, _ = full_names(table, Counting(), table, Lexicon(words, key))
    assert [title for title, _ in found.titles] == ["Sir"]
    assert found.titles[0][1] == pytest.approx(1.0)
    assert found.between is not None
    assert len(found.between.lexicon) == 2
    assert found.between.spectrum.head == (200.0, 200.0)
    assert not {"baron", "kim"} & {word.lower() for word in found.between.lexicon}
