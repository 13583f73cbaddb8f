"""An HTTP call that may wait for ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Severity

Scan = Callable[..., list[Finding]]


def test_requests_without_a_timeout_is_found_and_gets_one(found: Scan, fixed: Callable[..., str]) -> None:
    code = """
import requests
from langchain_core.tools import tool

@tool
def weather(city: str) -> str:
    "The weather."
    return requests.get("https://api.example.com", params={"q": city}).text
"""
    (finding,) = found(code, "tool-http-no-timeout")
    assert (finding.place.line, finding.severity) == (8, Severity.HIGH)
    after = fixed(code, finding)
    assert 'params={"q": city}, timeout=30)' in after
    assert not found(after, "tool-http-no-timeout")


@pytest.mark.parametrize(
    "call",
    [
        "requests.Session().post(url)",
        "urllib.request.urlopen(url)",
        "httpx.Client(timeout=None).get(url)",
        "requests.get(url, timeout=None)",
    ],
)
def test_far_from_models_it_is_milder(found: Scan, call: str) -> None:
    code = f"""
import requests, httpx
import urllib.request

def load(url):
    return {call}
"""
    (finding,) = found(code, "tool-http-no-timeout")
    assert finding.severity is Severity.MEDIUM


@pytest.mark.parametrize(
    "call",
    [
        "requests.get(url, timeout=5)",
        "requests.get(url, **settings)",
        "httpx.get(url)",
        "urllib.request.urlopen(url, None, 5)",
        "cache.get(url)",
    ],
)
def test_deadlines_defaults_and_settings_are_respected(found: Scan, call: str) -> None:
    code = f"""
import requests, httpx
import urllib.request

def load(url, settings, cache):
    return {call}
"""
    assert not found(code, "tool-http-no-timeout")


def test_a_dictionary_and_an_adapter_may_carry_the_deadline(found: Scan) -> None:
    code = """
    import requests

    OPTIONS = {"timeout": 5}
    session = requests.Session()
    session.mount("https://", WithTimeout(5))

    def load(url):
        return requests.get(url, **OPTIONS), session.get(url)
    """
    assert not found(code, "tool-http-no-timeout")
