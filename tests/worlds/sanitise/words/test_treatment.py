"""Whole columns through both passes: what stays equal, what stays near, and what is gone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from agentprobe.errors import FixtureError
from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.words import Level, Words
from agentprobe.worlds.sanitise.words.chance import number
from agentprobe.worlds.sanitise.words.model import spelt
from agentprobe.worlds.sanitise.words.public import COMMON_WORDS
from agentprobe.worlds.schema import Column, Table

Sanitise = Callable[..., Any]
PEOPLE = ["John Smith", "Smith, John", "JOHN SMITH ", "Dr J. Smith", "Bob van der Berg", None, "", "N/A"]
PLANTED = 10_000
ROLES = ["given_name", "surname", "full_name", "organisation", "street", "city", "address", "postcode"]
ALL_ROLES = [*ROLES, "email", "username", "url", "ip", "text"]


def test_a_name_is_the_same_name_however_it_is_written(sanitise: Sanitise) -> None:
    names = sanitise({"name": ("full_name", PEOPLE)}).columns["name"]
    given, surname = names[0].split(" ")
    assert names[1] == f"{surname}, {given}"
    assert names[2] == f"{given.upper()} {surname.upper()} "
    assert names[3] == f"Dr {given[0]}. {surname}"
    assert re.fullmatch(r"[A-Z][a-z]{2} van der [A-Z][a-z]{3}", names[4])
    assert names[5:] == [None, "", "N/A"]
    assert not {"john", "smith", "bob", "berg"} & set(re.findall("[a-z]+", " ".join(names[:5]).lower()))


def test_a_name_is_the_same_in_tables_addresses_and_notes(sanitise: Sanitise) -> None:
    after = sanitise(
        {
            "surname": ("surname", ["Smith", "Keller"]),
            "given": ("given_name", ["John", "Ann"]),
            "email": ("email", ["j.smith42@acme.co.uk", "ANN_KELLER@gmail.com"]),
            "user": ("username", ["jsmith", "annkeller"]),
            "company": ("organisation", ["Acme Ltd", "Keller & Smith GmbH"]),
            "link": ("url", ["https://www.acme.co.uk/people/john-smith?name=Smith", None]),
            "notes": ("text", ["Call John Smith's boss at Acme (j.smith42@acme.co.uk).", "the Kellers"]),
        }
    ).columns
    (smith, keller), (john, ann) = after["surname"], after["given"]
    acme = after["company"][0].removesuffix(" Ltd")
    assert re.fullmatch(rf"{john[0].lower()}\.{smith.lower()}\d\d@{acme.lower()}\.co\.uk", after["email"][0])
    assert after["email"][1] == f"{ann.upper()}_{keller.upper()}@gmail.com"
    assert after["user"] == [john[0].lower() + smith.lower(), ann.lower() + keller.lower()]
    assert after["company"][1] == f"{keller} & {smith} GmbH"
    assert after["link"][0] == (
        f"https://www.{acme.lower()}.co.uk/people/{john.lower()}-{smith.lower()}?name={smith}"
    )
    assert after["notes"][0] == f"Call {john} {smith}'s boss at {acme} ({after['email'][0]})."
    assert after["notes"][1] == f"the {keller}s"


def test_a_nickname_follows_its_name(sanitise: Sanitise) -> None:
    names = ["Christopher"] * 4 + ["Chris", "Elizabeth", "Elizabeth", "Beth", "Daniel", "Daniel", "Danny"]
    after = sanitise({"name": ("given_name", names)}).columns["name"]
    assert after[0].startswith(after[4])
    assert after[7].lower() in after[5].lower()
    assert after[10][:3] == after[8][:3]
    assert after[10].endswith("y")


def test_a_name_that_is_a_particle_alone_is_a_name(sanitise: Sanitise) -> None:
    after = sanitise(
        {"surname": ("surname", ["Le", "Do", "van Dyk"]), "name": ("full_name", ["Kim Le", "Le Kim", "Le"])}
    )
    assert after.columns["surname"][0] not in ("Le", "Do")
    assert after.columns["surname"][0] != after.columns["surname"][1]
    assert after.columns["surname"][2].startswith("van ")
    assert not after.columns["name"][0].endswith("Le")


def test_nothing_planted_survives_in_notes_or_documents(sanitise: Sanitise) -> None:
    """10,000 personal values that stand in no column, and as many that do, in running text."""
    key = b"plant" * 6
    words = [spelt(key, "a" * (5 + place % 6), place, attempt=10) for place in range(PLANTED)]
    numbers = [str(10**9 + number(key, place) % 10**9) for place in range(PLANTED)]
    kinds: list[Callable[[str, str], str]] = [
        lambda word, digits: word.title(),
        lambda word, digits: f"{word}.{words[0]}@{word}.com",
        lambda word, digits: f"{digits[:4]} {digits[4:7]} {digits[7:]}",
        lambda word, digits: f"GB29 NWBK {digits[:4]} {digits[4:8]} 9268 19",
        lambda word, digits: f"https://{word}.example.org/{digits}",
        lambda word, digits: word.upper() + "'s",
    ]
    planted = [kinds[(place + place // 6) % 6](words[place], numbers[place]) for place in range(PLANTED)]
    notes = [f"Spoke to {value}, will call back about the invoice." for value in planted]
    after = sanitise({"surname": ("surname", words[::2]), "notes": ("text", notes[::2])})
    cleaned = after.words.cleaned(pa.array(notes)).to_pylist()
    said = [re.sub(r"[^a-z0-9]", "", note.lower()) for note in cleaned]
    survived = [word for word, note in zip(words, said, strict=True) if word in note]
    assert not [word for word in survived if word not in COMMON_WORDS]
    assert not [digits for digits, note in zip(numbers, said, strict=True) if digits in note]
    assert cleaned[::2] == after.columns["notes"]
    assert all(note.startswith("Spoke to ") and note.endswith("back about the invoice.") for note in cleaned)


def test_equal_sentences_stay_equal_and_one_other_word_stays_one(sanitise: Sanitise) -> None:
    notes = ["Zbigniew pays on Monday"] * 2 + ["Zbigniev pays on Monday", "Zbigniew pays on Friday"]
    first, again, typo, other = sanitise({"notes": ("text", notes)}).columns["notes"]
    assert first == again != typo
    assert other == first.replace("Monday", "Friday")
    assert sum(one != two for one, two in zip(first.split(), typo.split(), strict=True)) == 1


def test_a_word_of_many_texts_stays_and_one_of_few_does_not(sanitise: Sanitise) -> None:
    notes = [f"the flurbometer {place} is broken" for place in range(60)] + ["the grunkel 7 is broken"] * 5
    after = sanitise({"notes": ("text", notes)}).columns["notes"]
    assert all("flurbometer" in note for note in after[:60])
    assert not any("grunkel" in note for note in after)


def test_a_common_word_that_is_a_name_goes_where_it_may_be_one(sanitise: Sanitise) -> None:
    names = ["Will", "Mark", "Rose"]
    notes = ["Will and mark met Rose", "we will see", None]
    after = sanitise({"given": ("given_name", names), "notes": ("text", notes)}).columns
    will, mark, rose = after["given"]
    assert after["notes"] == [f"{will} and {mark.lower()} met {rose}", "we will see", None]


def test_the_same_key_gives_the_same_at_any_batch_size(sanitise: Sanitise, febrl: Any) -> None:
    rows = febrl[:900]
    columns = {
        "given": ("given_name", [row["given_name"] or None for row in rows]),
        "street": ("street", [f"{row['street_number']} {row['address_1']}" for row in rows]),
        "email": ("email", [f"{row['given_name'][:1]}.{row['surname']}@{row['suburb']}.com" for row in rows]),
        "notes": ("text", [f"{row['surname']} moved to {row['suburb']} {row['postcode']}" for row in rows]),
    }
    whole = sanitise(columns).columns
    assert sanitise(columns, rows=7).columns == whole
    other = sanitise(columns, key=Key(b"o" * 32)).columns
    same = [old == new for old, new in zip(whole["given"], other["given"], strict=True) if old]
    assert sum(same) <= len(same) * 0.02


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.one_of(st.none(), st.text()), max_size=12), role=st.sampled_from(ALL_ROLES))
def test_no_text_is_too_odd(sanitise: Sanitise, values: list[str | None], role: str) -> None:
    after = sanitise({"it": (role, values)})
    found = after.columns["it"]
    assert [value is None for value in values] == [value is None for value in found]
    images = dict(zip(values, found, strict=True))
    assert [images[value] for value in values] == found
    assert after.words.cleaned(pa.array(values, pa.string())).to_pylist() is not None


LETTERS = "aáäåoøöeéßzжяяιςαبت漢字かナ각ł'’"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.text(LETTERS + LETTERS.upper(), min_size=1, max_size=6), max_size=12, unique=True),
    role=st.sampled_from(["surname", "city", "organisation"]),
)
def test_different_names_stay_different_in_every_script(
    sanitise: Sanitise, values: list[str], role: str
) -> None:
    found = sanitise({"it": (role, values)}).columns["it"]
    assert len(set(found)) == len(values)


def test_a_script_keeps_its_letters_and_their_number(sanitise: Sanitise) -> None:
    names = ["Иванов", "Παπαδόπουλος", "李明", "محمد", "O'Brien", "Anne-Marie", "ＳＭＩＴＨ", "José"]
    found = sanitise({"name": ("surname", names)}).columns["name"]
    assert list(map(len, found)) == list(map(len, names))
    assert re.fullmatch("[А-ЯЁ][а-яё]{5}", found[0])
    assert re.fullmatch("[一-龥]{2}", found[2])
    assert re.fullmatch("[؀-ۿ]{4}", found[3])
    assert re.fullmatch("[A-Z]'[A-Z][a-z]{4}", found[4])
    assert re.fullmatch("[A-Z][a-z]{3}-[A-Z][a-z]{4}", found[5])
    assert re.fullmatch("[Ａ-Ｚ]{5}", found[6])
    assert not found[7].isascii()


@pytest.mark.parametrize("level", list(Level))
def test_every_level_keeps_what_it_says(sanitise: Sanitise, level: Level) -> None:
    names = ["Montgomery"] * 4 + [
        "Montgomary",
        "Montague",
        "Montague",
        "Fairmont",
        "Belmont",
        "Smith",
        "Smith",
    ]
    found = sanitise({"name": ("surname", names)}, default=level).columns["name"]
    assert len(set(found)) == len(set(names))
    assert len(found[0]) == len(names[0]) or level == Level.M0
    near = sum(one != two for one, two in zip(found[0], found[4], strict=False))
    assert (near == 1) == level.edges
    assert found[0][0] == found[5][0] or level == Level.M0
    assert (found[0][:3] == found[5][:3]) == (level in (Level.M3, Level.M4, Level.M5))
    assert (found[7][-4:] == found[8][-4:]) == (level == Level.M5)


def test_a_dial_is_set_by_domain(sanitise: Sanitise) -> None:
    columns = {
        "name": ("surname", ["Montgomery"] * 4 + ["Montgomary"]),
        "city": ("city", ["Boston"] * 4 + ["Bostan"]),
    }
    after = sanitise(columns, dial={"person": Level.M1, "place": Level.M2})
    names, cities = after.columns["name"], after.columns["city"]
    assert sum(one != two for one, two in zip(names[0], names[4], strict=True)) > 1
    assert sum(one != two for one, two in zip(cities[0], cities[4], strict=True)) == 1
    assert after.words.levels == {"person": Level.M1, "place": Level.M2}


def test_large_and_sliced_columns_are_read_where_they_begin(sanitise: Sanitise) -> None:
    after = sanitise({"name": ("full_name", ["Ann Keller", "Bo Lund", None, "Cy Moss"])})
    texts = pa.array(["zero", "Ann Keller", None, "Cy Moss"], pa.large_string()).slice(1)
    assert after.words.cleaned(texts).to_pylist() == [
        after.columns["name"][0],
        None,
        after.columns["name"][3],
    ]


def test_joins_hold_across_tables() -> None:
    people = Table(name="people", columns=(Column(name="name", kind="text", role=Role.FULL_NAME),))
    orders = Table(name="orders", columns=(Column(name="buyer", kind="text", role=Role.FULL_NAME),))
    names = ["Ann Keller", "Bo Lund", "Ann Kellner", "Cy Moss"]
    first = pa.RecordBatch.from_pydict({"name": names})
    second = pa.RecordBatch.from_pydict({"buyer": names[::-1]})
    words = Words()
    words.learn(people, first)
    words.learn(orders, second)
    words.settle(Key(b"k" * 32))
    mapped = words.map(people, people.columns[0], first).to_pylist()
    assert words.map(orders, orders.columns[0], second).to_pylist() == mapped[::-1]


def test_a_slip_in_a_provider_stays_a_slip(sanitise: Sanitise) -> None:
    emails = ["ann.keller@gmail.com"] * 5 + ["ann.keller@gmial.com", "ann.keller@keller.com"]
    after = sanitise({"surname": ("surname", ["Keller"] * 7), "email": ("email", emails)}).columns
    hosts = [email.partition("@")[2] for email in after["email"]]
    assert hosts[0] == "gmail.com"
    assert hosts[5] not in ("gmail.com", "gmial.com")
    assert OSA.distance(hosts[5], "gmail.com") == 1
    assert hosts[6] == f"{after['surname'][0].lower()}.com"


def test_documents_and_titles_are_learnt_and_cleaned(sanitise: Sanitise) -> None:
    columns = (
        Column(name="surname", kind="text", role=Role.SURNAME),
        Column(name="body", kind="text", role=Role.DOCUMENT),
    )
    table = Table(name="both", columns=columns)
    batch = pa.RecordBatch.from_pydict({"surname": ["Keller"], "body": ["Policy by Keller, see Kelller."]})
    words = Words()
    words.learn(table, batch)
    words.settle(Key(b"k" * 32))
    surname = words.map(table, columns[0], batch).to_pylist()[0]
    body = words.cleaned(batch.column("body")).to_pylist()[0]
    found = re.fullmatch(r"Policy by (\w+), see (\w+)\.", str(body))
    assert found is not None
    assert found[1] == surname
    assert OSA.distance(found[2], surname) == 1


def test_words_that_are_not_settled_map_nothing() -> None:
    with pytest.raises(FixtureError, match="settled"):
        Words().cleaned(pa.array(["John"]))


def test_numbers_are_one_to_one_and_keep_their_length(sanitise: Sanitise) -> None:
    rng = np.random.default_rng(3)
    for width in (1, 3, 5, 6, 7, 9, 12, 15):
        runs = sorted({str(value).zfill(width) for value in rng.integers(0, 10**width, 300).tolist()})
        found = sanitise({"notes": ("text", [f"order {run}." for run in runs])}).columns["notes"]
        assert len(set(found)) == len(runs)
        assert all(re.fullmatch(rf"order \d{{{width}}}\.", note) for note in found)
