"""Whether a world tells of anybody: planted values, copies that leak one thing, attacks on rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from ahocorasick_rs import AhoCorasick
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.worlds.fidelity.febrl import InMemory, all_moved, folder_of, letters, people, table_of

from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.leaks import LeakReport, leaks
from agentprobe.worlds.leaks.forms import joined, worded
from agentprobe.worlds.leaks.scan import Patterns

ROWS = 1200
NAMES = ("name", "email", "notes")


@pytest.fixture(scope="module")
def source() -> InMemory:
    return people("2", rows=ROWS)


@pytest.fixture(scope="module")
def clean(source: InMemory) -> InMemory:
    """Nothing of the source is left in it."""
    return all_moved(source).changed("entity", letters)


def attacked(source: InMemory, world: InMemory, path: Path, kind: str = "mapped") -> LeakReport:
    return leaks(source, source.schema, folder_of(world, path / "world", kind), key_id="k")


def one_changed(held: InMemory, column: str, row: int, value: str) -> InMemory:
    return held.changed(column, lambda values: [*values[:row], value, *values[row + 1 :]])


def value_at(source: InMemory, column: str, row: int) -> str:
    value = source.tables["customers"].column(column)[row].as_py()
    assert isinstance(value, str)
    return value


def failing(report: LeakReport) -> set[tuple[str, str]]:
    return {(check.name, check.where.removeprefix("customers.")) for check in report.failed}


def test_a_world_without_originals_is_not_refused(source: InMemory, clean: InMemory, tmp_path: Path) -> None:
    report = attacked(source, clean, tmp_path)
    assert not report.failed
    assert sum(check.n for check in report.checks if check.name == "original values") > 3 * ROWS
    assert report.quasi == ("suburb", "postcode", "date_of_birth")
    assert sum(report.group_sizes) == pytest.approx(1, abs=1e-3)


def test_the_source_itself_is_refused_on_every_column(source: InMemory, tmp_path: Path) -> None:
    lost = failing(attacked(source, source, tmp_path))
    for column in ("given_name", "surname", "name", "email", "street", "suburb"):
        assert ("original values", column) in lost
    assert ("short values and numbers", "phone") in lost
    assert ("values that stayed on their row", "date_of_birth") in lost


@pytest.mark.parametrize(
    "told",
    [
        "spoke to {} today",
        "{}",
        "called <{}>, twice",
        "see mail of {}@example.org",
    ],
)
@pytest.mark.parametrize("form", [str, str.upper, lambda name: name.replace(" ", "-")])
def test_one_name_left_in_a_note_is_found(
    source: InMemory, clean: InMemory, tmp_path: Path, told: str, form: Any
) -> None:
    name = value_at(source, "name", 40)
    report = attacked(source, one_changed(clean, "notes", 7, told.format(form(name))), tmp_path)
    (check,) = [check for check in report.failed if check.where == "customers.name"]
    assert (check.name, check.value, check.rows) == ("original values", 1, (7,))
    assert check.found_in == ("customers.notes",)


def test_a_surname_alone_in_a_note_is_found(source: InMemory, clean: InMemory, tmp_path: Path) -> None:
    surname = next(
        value
        for value in source.tables["customers"].column("surname").to_pylist()
        if value and len(value) > 7
    )
    report = attacked(source, one_changed(clean, "notes", 3, f"mrs {surname}'s parcel"), tmp_path)
    assert ("original values", "surname") in failing(report)


def test_a_name_inside_an_email_of_its_own_row_is_found(
    source: InMemory, clean: InMemory, tmp_path: Path
) -> None:
    names = source.tables["customers"].column("surname").to_pylist()
    row = next(number for number, name in enumerate(names) if name and 7 < len(name) < 10)
    mail = f"xq{str(names[row]).lower()}99@ab.example"
    report = attacked(source, one_changed(clean, "email", row, mail), tmp_path)
    (check,) = [check for check in report.failed if check.where == "customers.surname"]
    assert (check.name, check.value, check.rows) == ("names within their own row", 1, (row,))


def test_a_telephone_number_in_a_text_is_found_in_any_spelling(
    source: InMemory, clean: InMemory, tmp_path: Path
) -> None:
    digits = value_at(source, "phone", 9).replace(" ", "")
    spelled = f"ring ({digits[:2]}) {digits[2:6]}-{digits[6:]} please"
    report = attacked(source, one_changed(clean, "notes", 11, spelled), tmp_path)
    (check,) = [check for check in report.failed if check.where == "customers.phone"]
    assert check.rows == (11,)


def test_accents_hide_nothing(source: InMemory, clean: InMemory, tmp_path: Path) -> None:
    held = one_changed(source, "name", 0, "Zoë Brontë-Müller")
    report = attacked(held, one_changed(clean, "notes", 0, "from Zoe Bronte Muller"), tmp_path)
    assert ("original values", "name") in failing(report)


def test_public_words_are_counted_apart(source: InMemory, clean: InMemory, tmp_path: Path) -> None:
    held = one_changed(source, "street", 0, "Old Church Street")
    report = attacked(held, one_changed(clean, "notes", 0, "in the old church street"), tmp_path)
    assert not report.failed
    (check,) = [c for c in report.checks if c.where == "customers.street" and c.name == "original values"]
    assert check.apart == 1


def test_an_initial_that_became_itself_tells_of_nobody(
    source: InMemory, clean: InMemory, tmp_path: Path
) -> None:
    held, made = (one_changed(side, "given_name", 5, "R.") for side in (source, clean))
    assert not attacked(held, made, tmp_path).failed
    held, made = (one_changed(side, "given_name", 5, "Ruprecht") for side in (source, clean))
    lost = failing(attacked(held, made, tmp_path / "whole"))
    assert ("values that stayed on their row", "given_name") in lost


def test_no_value_stands_in_the_report(source: InMemory, tmp_path: Path) -> None:
    written = msgspec.json.encode(attacked(source, source, tmp_path)).decode().lower()
    for column in ("name", "surname", "street", "email", "phone", "suburb"):
        values = {v for v in source.tables["customers"].column(column).to_pylist() if v and len(v) > 5}
        assert not [value for value in values if value.lower() in written]


def test_the_report_survives_json(source: InMemory, clean: InMemory, tmp_path: Path) -> None:
    report = attacked(source, clean, tmp_path)
    assert msgspec.convert(msgspec.to_builtins(report), LeakReport) == report


# -- planted ------------------------------------------------------------------------------------------


def plant(count: int) -> InMemory:
    """A table of so many people who never were, each with a name, an e-mail and a note that names both."""
    drawn = np.random.default_rng(5)
    alphabet = np.array(list("bcdfghjklmnprstvwz"))
    vowels = np.array(list("aeiou"))

    def words(syllables: int) -> list[str]:
        parts = [
            np.char.add(alphabet[drawn.integers(0, 18, count)], vowels[drawn.integers(0, 5, count)])
            for _ in range(syllables)
        ]
        return ["".join(word).title() for word in zip(*parts, strict=True)]

    names = [f"{one} {other}" for one, other in zip(words(4), words(5), strict=True)]
    mails = [f"{name.replace(' ', '.').lower()}@mail.example" for name in names]
    notes = [f"{name} asked; answer to {mail}" for name, mail in zip(names, mails, strict=True)]
    table = table_of(NAMES)
    rows = pa.table(dict(zip(NAMES, (names, mails, notes), strict=True)), schema_of(table))
    return InMemory({"customers": rows}, type(people(rows=1).schema)(tables=(table,)))


def test_ten_thousand_planted_values_are_all_looked_for_and_all_found(tmp_path: Path) -> None:
    planted = plant(10_000)
    gone = planted
    for column in NAMES:
        gone = gone.changed(column, letters)
    report = attacked(planted, gone, tmp_path)
    assert sum(check.value or 0 for check in report.checks if check.name == "original values") == 0
    assert not report.failed
    there = gone.changed(
        "notes", lambda notes: [*planted.tables["customers"]["notes"].to_pylist()[:77], *notes[77:]]
    )
    found = attacked(planted, there, tmp_path / "again")
    (names,) = [c for c in found.failed if c.where == "customers.name" and c.name == "original values"]
    assert names.value == 77


# -- regenerated ---------------------------------------------------------------------------------------


def test_a_world_made_of_other_people_is_not_linked(source: InMemory, tmp_path: Path) -> None:
    report = attacked(source, people("4a", rows=ROWS), tmp_path, "regenerated")
    (linked,) = [check for check in report.checks if check.name == "linkage attack"]
    assert linked.holds
    assert all(check.holds for check in report.checks if check.name == "whole rare persons")
    assert any(check.name == "single names" for check in report.checks)


def test_a_world_that_kept_persons_is_linked(source: InMemory, tmp_path: Path) -> None:
    half = pa.concat_tables(
        [source.tables["customers"].slice(0, ROWS // 2), people("4a", rows=ROWS // 2).tables["customers"]]
    )
    report = attacked(source, InMemory({"customers": half}, source.schema), tmp_path, "regenerated")
    assert {"linkage attack", "whole rare persons"} <= {check.name for check in report.failed}


def test_distances_are_told_and_decide_nothing(source: InMemory, tmp_path: Path) -> None:
    report = attacked(source, source, tmp_path)
    distances = [check for check in report.checks if "closest" in check.name]
    assert len(distances) == 3
    assert {check.bound for check in distances} == {None}
    assert distances[0].value == 0


# -- the search ----------------------------------------------------------------------------------------


def texts_of(array: pa.Array[Any]) -> list[str]:
    return [str(text) for text in array.to_pylist()]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text("ab é", min_size=1, max_size=12), min_size=1, max_size=20),
    st.lists(st.text("ab é", max_size=60), min_size=1, max_size=20),
)
def test_the_search_finds_what_an_automaton_finds(sought: list[str], texts: list[str]) -> None:
    patterns = sorted(
        {text for text in texts_of(joined(worded(pa.array(sought)))) if len(text.encode()) >= 3}
    )
    values = joined(worded(pa.array(texts, pa.string())))
    if not patterns:
        return
    search = Patterns(
        pa.array(patterns, pa.large_string()), np.arange(len(patterns)) << 2, least=3, at_words=False
    )
    found = {
        (int(one), int(search.tags[which]) >> 2)
        for value, pattern, _ in search.found(values)
        for one, which in zip(value, pattern, strict=True)
    }
    automaton = AhoCorasick(patterns)
    expected = {
        (number, match[0])
        for number, text in enumerate(texts_of(values))
        for match in automaton.find_matches_as_indexes(text, overlapping=True)
    }
    assert found == expected


def test_words_are_found_at_their_borders_only() -> None:
    search = Patterns(worded(pa.array(["Ann Lee"])), np.zeros(1, np.int64), least=7, at_words=True)
    texts = worded(pa.array(["saw ann-lee.", "joann lee", "ann leech", "ANN  LEE"]))
    found = [
        (int(v), bool(w))
        for value, _, whole in search.found(texts)
        for v, w in zip(value, whole, strict=True)
    ]
    assert found == [(0, False), (3, True)]
