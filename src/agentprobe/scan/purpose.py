"""What a file of a project is for, as far as its path says."""

from __future__ import annotations

import re

_TESTS = re.compile(
    r"(?:^|/)(?:(?:[a-z0-9]+[_-])*tests?|testing|__tests__|specs?)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$|(?:^|/)[\w.-]+\.Tests?/|^\.github/"
    r"|(?:^|/)(?:__mocks__|e2e)/|\.(?:test|spec|e2e|stories|bench|mock)\.[cm]?[jt]sx?$"
)


def is_test(path: str) -> bool:
    """Does a file only run in tests or for them, so that what it does wrong never meets a user?"""
    return _TESTS.search(path) is not None


_SHOWN = re.compile(
    r"(?:^|/)(?:examples?|demos?|tutorials?|cookbooks?|samples?|docs?|notebooks?|quickstarts?|benchmarks?)/|\.ipynb$"
)


def is_shown(path: str) -> bool:
    """Is a file there to be read or tried out, so that what it lacks for production is no surprise?"""
    return _SHOWN.search(path) is not None
