"""An address, a file or a folder leads to the kind of source that it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agentprobe.errors import ConfigError
from agentprobe.worlds.sources import open_source


def test_addresses_lead_to_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_source("postgresql://anna:pw@db.example:5432/crm").name == "postgres"
    assert open_source("mysql://anna:pw@db.example/crm").name == "mysql"
    monkeypatch.setenv("CRM", "postgresql://anna:s3cret@db.example/crm")
    source = open_source("env:CRM")
    assert source.shown == "postgresql://anna@db.example/crm"
    assert "s3cret" not in repr(source)
    with pytest.raises(ConfigError, match="no variable NOT_THERE"):
        open_source("env:NOT_THERE")


def test_files_are_known_by_what_is_in_them(tmp_path: Path) -> None:
    named = tmp_path / "crm.data"
    with closing(sqlite3.connect(named)) as connection:
        connection.execute("CREATE TABLE t (x)")
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "readme.md").write_text("# Not the data")
    assert open_source(str(named)).name == "sqlite"
    assert open_source(str(tmp_path)).name == "tables"
    assert open_source(f"documents:{tmp_path}").name == "documents"
    assert open_source(str(tmp_path / "readme.md")).name == "documents"


def test_what_is_no_source_is_told_with_the_kinds_there_are(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"is no source that can be read; known kinds are: .*mysql.*calendar"
    ):
        open_source(str(tmp_path / "nothing"))
    with pytest.raises(ConfigError, match="begins with postgre://, did you mean 'postgresql'") as caught:
        open_source("postgre://anna:s3cret@db.example/crm")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://anna:pass@word@db.example/crm",
        "postgresql://anna:pass/word@db.example/crm",
        "mysql://anna:pass#word@db.example/crm",
        "postgresql://anna:pass:word/@db.example:5432/crm",
    ],
)
def test_an_address_whose_password_has_shifted_is_refused_without_telling_it(address: str) -> None:
    with pytest.raises(ConfigError, match="%40 for @") as caught:
        open_source(address)
    assert "word" not in str(caught.value).partition("write")[0]
    assert "pass" not in str(caught.value).partition("write")[0]


def test_an_unknown_word_after_the_address_is_told() -> None:
    with pytest.raises(ConfigError, match=r"unknown word 'schema' after # .*did you mean 'schemas'"):
        open_source("postgresql://db.example/crm#tables=a&schema=b")
