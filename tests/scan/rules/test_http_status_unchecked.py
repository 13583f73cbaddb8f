"""The body of an HTTP answer whose status nobody looks at."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding

Scan = Callable[..., list[Finding]]


def test_a_body_without_a_look_at_the_status_is_found_and_mended(
    found: Scan, fixed: Callable[..., str]
) -> None:
    code = """
import requests

def weather(city):
    response = requests.get("https://api.example.com", params={"q": city}, timeout=5)
    return response.json()
"""
    (finding,) = found(code, "http-status-unchecked")
    assert (finding.place.line, finding.subject) == (5, "weather")
    after = fixed(code, finding)
    assert "    response.raise_for_status()\n    return response.json()" in after
    assert not found(after, "http-status-unchecked")


@pytest.mark.parametrize(
    "used",
    [
        "return requests.get(url, timeout=5).json()",
        "r = httpx.post(url)\n    return r.text",
    ],
)
def test_other_clients_and_chains_are_found(found: Scan, used: str) -> None:
    code = f"""
import requests, httpx

def load(url):
    {used}
"""
    (finding,) = found(code, "http-status-unchecked")
    assert finding.place.line == 5


def test_aiohttp_is_found(found: Scan) -> None:
    code = """
    import aiohttp

    async def load(url):
        async with aiohttp.ClientSession() as session:
            async with session.get(url) as response:
                return await response.json()
    """
    (finding,) = found(code, "http-status-unchecked")
    assert finding.place.line == 6


@pytest.mark.parametrize(
    "rest",
    [
        "if response.status_code != 200:\n        raise Failed()\n    return response.json()",
        "response.raise_for_status()\n    return response.json()",
        "return checked(response)",
        "data = response.json()\n    if 'error' in data:\n        raise Failed(data)\n    return data",
        "return response.url",
    ],
)
def test_a_status_that_is_read_by_somebody_is_not(found: Scan, rest: str) -> None:
    code = f"""
import requests

def load(url):
    response = requests.get(url, timeout=5)
    {rest}
"""
    assert not found(code, "http-status-unchecked")


def test_a_client_that_raises_by_a_hook_is_not(found: Scan) -> None:
    code = """
    import httpx

    client = httpx.Client(event_hooks={"response": [raise_for_bad]})

    def load(url):
        return client.get(url).json()
    """
    assert not found(code, "http-status-unchecked")


@pytest.mark.parametrize(
    ("test", "then", "count"),
    [
        ("'results' not in data", "return 'nothing came'", 0),
        ("not data.get('results')", "raise Failed()", 0),
        ("not data.get('results')", "print('nothing')", 1),
        ("data.get('cached')", "return data['old']", 1),
    ],
)
def test_a_body_without_its_field_is_turned_away(test: str, then: str, count: int, found: Scan) -> None:
    code = f"""
import requests


def search(url):
    data = requests.get(url, timeout=5).json()
    if {test}:
        {then}
    return data["results"]
"""
    assert len(found(code, "http-status-unchecked")) == count


def test_another_answer_that_is_turned_away_excuses_none(found: Scan) -> None:
    code = """
import requests


def weather(city):
    response = requests.get(f"{PLACES}?name={city}", timeout=5)
    places = response.json()
    if not places.get("results"):
        return None
    told = requests.get(f"{WEATHER}?at={places['results'][0]}", timeout=5)
    return told.json()["current"]
"""
    assert [one.place.line for one in found(code, "http-status-unchecked")] == [10]
