"""The table of defaults says what the installed packages do."""

from __future__ import annotations

import importlib
import inspect
import os
import re
from dataclasses import fields, is_dataclass
from importlib import metadata
from typing import Any

import pytest

from agentprobe.scan.defaults import Default, shipped
from agentprobe.scan.defaults.table import words_for

_LOOK = re.compile(r"^(?P<module>[\w.]+):(?P<name>[\w.]+)(?:\((?P<parameter>\w+)\)|\[(?P<field>\w+)\])?$")


def _installed(row: Default) -> str:
    try:
        return metadata.version(row.package)
    except metadata.PackageNotFoundError:
        return ""


def _looked_up(row: Default) -> Any:
    match = _LOOK.match(row.look)
    assert match is not None, row.look
    found: Any = importlib.import_module(match["module"])
    for name in match["name"].split("."):
        found = getattr(found, name)
    if match["parameter"]:
        return inspect.signature(found).parameters[match["parameter"]].default
    if match["field"]:
        return _field(found, match["field"])
    return found


def _field(kind: Any, name: str) -> Any:
    if is_dataclass(kind):
        return next(one.default for one in fields(kind) if one.name == name)
    return kind.model_fields[name].default


ROWS = [row for row in shipped().default if row.look]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.package}-{row.setting}-{row.versions}")
def test_a_row_holds_for_the_installed_package(row: Default) -> None:
    version = _installed(row)
    if not version or not row.holds(version):
        pytest.skip(f"{row.package} is not installed at a version of this row")
    assert row.environment not in os.environ
    found = _looked_up(row)
    if row.like or row.none:
        assert found is None or (row.like and isinstance(found, int))
    else:
        assert found + row.more == row.value


def test_some_rows_are_really_looked_up() -> None:
    assert len([row for row in ROWS if _installed(row) and row.holds(_installed(row))]) > 15


def test_every_row_says_one_thing_and_where_it_was_read() -> None:
    for row in shipped().default:
        assert sum((row.value is not None, bool(row.none), bool(row.like))) == 1, row
        assert row.source, row
        assert row.setting in {"timeout", "attempts", "steps", "temperature", "cap"}, row
        assert not row.like or row.like in shipped().by_package, row


def test_of_each_setting_exactly_one_row_holds_for_a_version() -> None:
    for package, rows in shipped().by_package.items():
        for setting, of in {(row.setting, row.of) for row in rows}:
            same = [row for row in rows if (row.setting, row.of) == (setting, of)]
            for version in ("0.1", "1.0.5", "1.0.6", "1.1.3", "1.2.24", "3.57.0"):
                assert sum(row.holds(version) for row in same) <= 1, (package, setting, version)


@pytest.mark.parametrize(
    ("version", "steps"),
    [("0.6.11", 25), ("1.0.5", 25), ("1.0.6", 10_000), ("1.1.3", 10_000), ("1.2.24", 10_007)],
)
def test_the_limit_of_langgraph_depends_on_its_version(version: str, steps: int) -> None:
    row = shipped().find("langgraph", "steps", version=version)
    assert row is not None
    assert row.value == steps


def test_of_an_unknown_version_the_newest_row_holds() -> None:
    row = shipped().find("langgraph", "steps")
    assert row is not None
    assert row.value == 10_007


def test_a_row_for_one_way_of_calling_goes_before_the_general_one() -> None:
    router = shipped().find("litellm", "timeout", way="litellm.router")
    plain = shipped().find("litellm", "timeout", way="litellm")
    assert router is not None
    assert plain is not None
    assert (router.value, plain.value) == (6000, 600)


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [("timeout", 600, "600 s"), ("steps", 10_007, "10,007 steps"), ("steps", 1, "1 step"),
     ("attempts", 3, "3 attempts"),
     ("temperature", 0.7, "0.7"), ("cap", 4096, "4,096 tokens"), ("cap", None, "none")],
)  # fmt: skip
def test_a_value_is_said_in_its_unit(setting: str, value: float | None, words: str) -> None:
    assert words_for(setting, value) == words
