"""A write that is not safe to do twice and is repeated."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
import httpx
import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt
"""


def test_a_payment_that_is_repeated_is_found(found: Scan) -> None:
    code = """
@retry(stop=stop_after_attempt(3))
def charge_card(card, cents):
    requests.post("https://pay.example/charges", json={"card": card}, timeout=9).raise_for_status()
"""
    (finding,) = found(HEAD + code, "retry-non-idempotent-write")
    assert (finding.place.line, finding.tier) == (8, Tier.INFERRED)
    assert "charge_card" in finding.message


def test_an_insert_in_a_loop_is_found(found: Scan) -> None:
    code = """
def create_order(order):
    for attempt in range(3):
        try:
            return DATABASE.execute("INSERT INTO orders (id) VALUES (?)", (order,))
        except Exception:
            continue
"""
    (finding,) = found(HEAD + code, "retry-non-idempotent-write")
    assert (finding.place.line, finding.tier) == (9, Tier.PROVED)
    assert "create_order" in finding.message


def test_a_key_makes_it_safe(found: Scan) -> None:
    code = """
@retry(stop=stop_after_attempt(3))
def charge_card(card, cents, key):
    requests.post("https://pay.example/charges", headers={"Idempotency-Key": key},
    timeout=9).raise_for_status()
"""
    assert not found(HEAD + code, "retry-non-idempotent-write")


def test_a_post_that_asks_is_no_write(found: Scan) -> None:
    code = """
@retry(stop=stop_after_attempt(3))
def ask(messages):
    return requests.post("https://api.example/v1/chat/completions", json=messages, timeout=9).json()
"""
    assert not found(HEAD + code, "retry-non-idempotent-write")


def test_what_was_never_sent_may_be_repeated(found: Scan) -> None:
    code = """
@retry(stop=stop_after_attempt(3), retry=retry_if_exception_type(httpx.ConnectError))
def charge_card(card, cents):
    httpx.post("https://pay.example/charges", json={"card": card}).raise_for_status()
"""
    assert not found(HEAD + code, "retry-non-idempotent-write")


def test_an_upsert_may_be_repeated(found: Scan) -> None:
    code = """
@retry(stop=stop_after_attempt(3))
def create_order(order):
    DATABASE.execute("INSERT INTO orders (id) VALUES (?) ON CONFLICT DO NOTHING", (order,))
"""
    assert not found(HEAD + code, "retry-non-idempotent-write")
