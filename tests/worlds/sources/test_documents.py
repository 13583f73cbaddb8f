"""Documents are read with their titles, their texts and what they say of themselves."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from agentprobe.errors import ConfigError
from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.source import Reading
from agentprobe.worlds.sources import open_source


def rows(reading: Reading) -> list[dict[str, Any]]:
    return [row for batch in reading.batches("documents") for row in batch.to_pylist()]


def read(where: Path) -> list[dict[str, Any]]:
    with open_source(str(where)).reading() as reading:
        return rows(reading)


def test_files_of_every_form_become_documents(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a.txt").write_bytes("Leave policy\r\n\r\nYou may go. Grüße\r\n".encode("cp1252"))
    (tmp_path / "b" / "c.md").write_text(
        "---\ntitle: Refunds\nstatus: in force\nvalid_from: 2024-01-01\n---\n# X\nText\n"
    )
    (tmp_path / "b" / "d.html").write_text(
        "<html><head><title>A &amp; B</title><style>p{}</style></head>"
        "<body><h1>Head</h1><p>One<br>two</p><script>evil()</script></body></html>"
    )
    (tmp_path / "e.json").write_text('{"id": 7, "subject": "Sub", "content": "Body", "status": "draft"}')
    (tmp_path / "f.jsonl").write_text('{"text": "one"}\n"two"\n')
    (tmp_path / ".hidden.txt").write_text("no")
    os.utime(tmp_path / "a.txt", (0, 0))
    with open_source(str(tmp_path)).reading() as reading:
        table = reading.schema.table("documents")
        found = rows(reading)
        assert next(reading.batches("documents")).schema.equals(schema_of(table))
        assert reading.rows("documents") == 6
    assert [(row["document_id"], row["title"]) for row in found] == [
        ("a.txt", "Leave policy"),
        ("7", "Sub"),
        ("f.jsonl#1", None),
        ("f.jsonl#2", None),
        ("b/c.md", "Refunds"),
        ("b/d.html", "A & B"),
    ]
    assert found[0]["body"] == "Leave policy\r\n\r\nYou may go. Grüße\r\n"
    assert found[0]["modified"] == datetime(1970, 1, 1, tzinfo=UTC)
    assert found[4]["body"] == "# X\nText\n"
    assert found[5]["body"] == "Head\n\nOne\ntwo"
    assert [row["status"] for row in found] == [None, "draft", None, None, "in force", None]
    assert found[4]["valid_from"] == date(2024, 1, 1)
    assert table.key == ("document_id",)


def test_fields_called_like_ours_are_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"id": 1, "body": "b", "path": "theirs", "metadata": {"page": 3}}\n{"id": 1, "body": "c"}\n'
    )
    with open_source(str(path)).reading() as reading:
        assert reading.schema.table("documents").key == ()
        first = rows(reading)[0]
    assert (first["path"], first["path_"], first["page"]) == ("a.jsonl", "theirs", 3)


def test_links_that_lead_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "a.txt").write_text("open")
    (inside / "b.txt").symlink_to(tmp_path / "secret.txt")
    assert [row["body"] for row in read(inside)] == ["open"]


def test_what_is_no_document_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "one"}\n{"words": "private"}\n')
    with pytest.raises(ConfigError, match=r"a.jsonl, line 2 holds no text; its field must be") as caught:
        read(path)
    assert "private" not in str(caught.value)
    path.write_text('{"text": "one"}\n{"text"\n')
    with pytest.raises(ConfigError, match=r"a.jsonl, line 2 is no JSON"):
        read(path)


def test_a_document_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one")
    source = open_source(str(tmp_path))
    with pytest.raises(ConfigError, match=r"a.txt was changed while it was read"), source.reading():
        (tmp_path / "a.txt").write_text("another")
