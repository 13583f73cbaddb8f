"""Exports of vector indexes are read with their ids and texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agentprobe.errors import ConfigError
from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.source import BATCH_ROWS, Reading
from agentprobe.worlds.sources import open_source

MATRIX = np.random.default_rng(1).normal(size=(5, 8)).astype(np.float32)


def rows(reading: Reading, table: str) -> list[dict[str, Any]]:
    return [row for batch in reading.batches(table) for row in batch.to_pylist()]


def test_an_array_of_numpy_with_ids_and_texts_beside_it(tmp_path: Path) -> None:
    np.save(tmp_path / "faq.npy", MATRIX.astype(np.float64))
    np.save(tmp_path / "faq.ids.npy", np.array([10, 11, 12, 13, 14]))
    (tmp_path / "faq.texts.txt").write_text("a\nb\n\nd\ne\n")
    with open_source(str(tmp_path)).reading() as reading:
        table = reading.schema.table("faq")
        found = rows(reading, "faq")
        assert next(reading.batches("faq")).schema.equals(schema_of(table))
    assert [(row["id"], row["text"]) for row in found] == [
        (10, "a"),
        (11, "b"),
        (12, ""),
        (13, "d"),
        (14, "e"),
    ]
    assert np.allclose([row["embedding"] for row in found], MATRIX)
    assert table.key == ("id",)
    assert (table.column("embedding").kind, table.column("embedding").size) == ("vector", 8)


def test_lines_of_json_with_an_embedding(tmp_path: Path) -> None:
    lines = [
        {"id": f"d{i}", "vector": row.tolist(), "metadata": {"page": i, "text": "t"}}
        for i, row in enumerate(MATRIX)
    ]
    path = tmp_path / "index.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    with open_source(str(path)).reading() as reading:
        found = rows(reading, "index")
    assert found[2]["id"] == "d2"
    assert found[2]["page"] == 2
    assert np.allclose([row["vector"] for row in found], MATRIX)


def test_an_index_of_faiss_with_ids_and_records(tmp_path: Path) -> None:
    faiss = pytest.importorskip("faiss")
    index = faiss.IndexIDMap(faiss.IndexFlatL2(8))
    index.add_with_ids(MATRIX, np.array([5, 4, 3, 2, 1]))
    faiss.write_index(index, str(tmp_path / "a.faiss"))
    (tmp_path / "records.jsonl").write_text("".join(json.dumps({"title": f"t{i}"}) + "\n" for i in range(5)))
    with open_source(str(tmp_path)).reading() as reading:
        found = rows(reading, "a")
    assert [(row["id"], row["title"]) for row in found] == [
        (5, "t0"),
        (4, "t1"),
        (3, "t2"),
        (2, "t3"),
        (1, "t4"),
    ]
    assert np.allclose([row["embedding"] for row in found], MATRIX)
    cells = faiss.IndexIVFFlat(faiss.IndexFlatL2(8), 8, 2)
    cells.train(np.repeat(MATRIX, 20, axis=0))
    cells.add(MATRIX)
    faiss.write_index(cells, str(tmp_path / "a.faiss"))
    with open_source(str(tmp_path / "a.faiss")).reading() as reading:
        assert np.allclose([row["embedding"] for row in rows(reading, "a")], MATRIX)


def test_many_vectors_come_in_whole_batches(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(100_000 * 2, dtype=np.float32).reshape(-1, 2))
    with open_source(str(tmp_path / "a.npy")).reading() as reading:
        found = list(reading.batches("a"))
    assert [batch.num_rows for batch in found] == [BATCH_ROWS, 100_000 - BATCH_ROWS]
    assert found[1].to_pylist()[0] == {"id": BATCH_ROWS, "embedding": [BATCH_ROWS * 2, BATCH_ROWS * 2 + 1]}


def test_what_does_not_belong_together_is_told(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", MATRIX)
    (tmp_path / "a.ids.txt").write_text("1\n2\n")
    with (
        pytest.raises(ConfigError, match=r"a.ids.txt holds 2 entries, but a.npy holds 5 vectors"),
        open_source(str(tmp_path)).reading(),
    ):
        pass
    path = tmp_path / "b.jsonl"
    path.write_text(json.dumps({"embedding": [0] * 8}) + "\n" + json.dumps({"embedding": [0] * 9}) + "\n")
    with (
        pytest.raises(ConfigError, match="line 2: a vector of 9 dimensions where the first has 8"),
        open_source(str(path)).reading(),
    ):
        pass


def test_no_array_of_objects_is_opened(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([[{}]], dtype=object), allow_pickle=True)
    with (
        pytest.raises(ConfigError, match="cannot be read as an array of NumPy"),
        open_source(f"vectors:{tmp_path / 'a.npy'}").reading(),
    ):
        pass
