"""Addresses, links and codes keep their form."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.worlds.sanitise.words.book import Book
from agentprobe.worlds.sanitise.words.composed import Composer

KEY = b"k" * 32


@pytest.fixture(scope="module")
def composer() -> Composer:
    images = {"smith": "brodek", "acme": "zorv", "gmial": "gmasl"}
    return Composer(KEY, Book(KEY, images), {"info"})


def test_an_address_keeps_its_template(composer: Composer) -> None:
    assert composer.email("info@mail.ACME.co.uk") == "info@mail.ZORV.co.uk"
    assert composer.email("Smith@gmail.com") == "Brodek@gmail.com"
    assert composer.email("smith@gmial.com") == "brodek@gmasl.com"
    assert composer.email("no at sign") != "no at sign"
    assert composer.email("smith@smith@acme.com") == "brodek@brodek@zorv." + composer.local("com")


def test_a_link_keeps_its_form_and_hides_nothing_behind_escapes(composer: Composer) -> None:
    url = composer.url("https://smith:pass@acme.com:8080/%73mith/orders?name=smith&id=77#smith")
    assert url.startswith("https://brodek:")
    assert "@zorv.com:8080/brodek/orders?name=brodek&id=" in url
    assert "smith" not in url
    assert "%73" not in url


@pytest.mark.parametrize("address", ["10.0.0.7", "192.168.1.20", "172.16.3.4", "127.0.0.1", "169.254.0.9"])
def test_a_private_address_stays_private(composer: Composer, address: str) -> None:
    found = ipaddress.ip_address(composer.ip(address))
    assert found.is_private


def test_public_addresses_stay_public_distinct_and_in_their_networks(composer: Composer) -> None:
    addresses = [f"8.{a}.{b}.{c}" for a in (8, 9) for b in range(3) for c in range(20)]
    found = [composer.ip(address) for address in addresses]
    assert len(set(found)) == len(addresses)
    assert not any(ipaddress.ip_address(one).is_private for one in found)
    for parts in (1, 2, 3):
        before = {tuple(one.split(".")[:parts]) for one in addresses}
        after = {tuple(one.split(".")[:parts]) for one in found}
        assert len(before) == len(after)
    assert not set(addresses) & set(found)


@pytest.mark.parametrize("broken", ["8.8.8", "999.1.1.1", "1.2.3.4.5", "::zz", "not an ip"])
def test_a_broken_address_is_replaced_all_the_same(composer: Composer, broken: str) -> None:
    assert composer.ip(broken) != broken


def test_six_is_an_address_too(composer: Composer) -> None:
    found = composer.ip("2001:db8::8a2e:370:7334")
    assert found != "2001:db8::8a2e:370:7334"
    ipaddress.ip_address(found)
    assert composer.ip("fe80::1").startswith("fe80::")


def test_postcodes_that_begin_alike_still_do(composer: Composer) -> None:
    codes = ["SW1A 2AA", "SW1A 2AB", "SW1B 9ZZ", "sw1a 2aa"]
    found = [composer.postcode(code) for code in codes]
    assert found[0][:7] == found[1][:7]
    assert found[0] != found[1]
    assert found[0][:3] == found[2][:3]
    assert found[3] == found[0].lower()
    numbers = [composer.postcode(str(code)) for code in range(1000, 2000)]
    assert len(set(numbers)) == 1000
    assert all(new.isdigit() and len(new) == 4 for new in numbers)


def test_no_digit_or_letter_of_a_postcode_stays(composer: Composer) -> None:
    code = "SW1A2AB"
    assert all(new != old for new, old in zip(composer.postcode(code), code, strict=True))


def test_the_same_address_in_text_and_column(sanitise: Callable[..., Any]) -> None:
    emails = ["o'brien.7@x-y.com", "a_b+c@sub.corp.co.uk", "MÜLLER@web.de", "j..d@1and1.net"]
    after = sanitise(
        {"email": ("email", emails), "notes": ("text", [f"write to <{email}>, please" for email in emails])}
    ).columns
    assert after["notes"] == [f"write to <{email}>, please" for email in after["email"]]
