"""What stands beside a database: searches by meaning, and calendars."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pyarrow as pa
import pytest
from tests.worlds.stand.small_world import shop, world

from agentprobe.errors import ConfigError, FixtureError
from agentprobe.worlds.calendars.tables import ATTENDANCES, CALENDARS, EVENTS
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.stand import furnish, stand, vector_index
from agentprobe.worlds.vectors.embed import embed

DOCUMENTS = Table(
    name="documents",
    key=("document_id",),
    columns=(
        Column(name="document_id", kind="integer", role=Role.IDENTIFIER, nullable=False),
        Column(name="title", kind="text", role=Role.TITLE),
        Column(name="body", kind="text", role=Role.DOCUMENT),
    ),
)
VECTORS = Table(
    name="near",
    key=("code",),
    columns=(
        Column(name="code", kind="text", role=Role.CODE, nullable=False),
        Column(name="vector", kind="vector", role=Role.VECTOR, size=8),
    ),
)
TEXTS = ("Refunds are paid within fourteen days", "Parcels travel by night", "Invoices show the tax")


def documents(folder: Path) -> Any:
    rows = [
        {"document_id": 10 * number, "title": f"About {number}", "body": text}
        for number, text in enumerate((*TEXTS, None))
    ]
    return world(folder, [DOCUMENTS], {"documents": rows})


def vectors(folder: Path, count: int) -> Any:
    drawn = np.random.default_rng(7).normal(size=(count, 8)).astype(np.float32)
    rows: list[dict[str, Any]] = [
        {"code": f"v{number}", "vector": list(row)} for number, row in enumerate(drawn)
    ]
    rows[3]["vector"] = None
    return world(folder, [VECTORS], {"near": rows}), drawn


def test_documents_are_found_by_meaning(tmp_path: Path) -> None:
    standing = stand(documents(tmp_path / "w"), "sqlite", tmp_path / "home")
    with furnish(tmp_path / "home", tmp_path / "run") as run:
        place = Path(run.env["WORLD_VECTORS"])
        index = faiss.read_index(str(place / "documents.faiss"))
        ids = np.load(place / "documents.ids.npy")
        _, found = index.search(embed(["When are refunds paid?"]), 1)
    assert [int(ids[number]) for number in found[0]] == [0]
    (told,) = standing.vectors
    assert (told.kind, told.rows, told.made_by) == ("flat", 3, "agentprobe.worlds.vectors.embed:embed")


def upper(texts: list[str]) -> list[list[float]]:
    return [[float(len(text)), 1.0] for text in texts]


def test_the_users_own_embedding_comes_first(tmp_path: Path) -> None:
    standing = stand(documents(tmp_path / "w"), "duckdb", tmp_path / "home", embed=f"{__name__}:upper")
    assert (standing.vectors[0].dimensions, standing.vectors[0].made_by) == (2, f"{__name__}:upper")
    with pytest.raises(ConfigError, match="name it module:function"):
        stand(documents(tmp_path / "w2"), "sqlite", tmp_path / "other", embed="nowhere:upper")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("least", [100_000, 100])
def test_the_tables_own_vectors_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least: int
) -> None:
    monkeypatch.setattr(vector_index, "EXACT_BELOW", least)
    monkeypatch.setattr(vector_index, "_PROBED", 40)
    made, drawn = vectors(tmp_path / "w", 3000)
    standing = stand(made, "sqlite", tmp_path / "home")
    index = faiss.read_index(str(tmp_path / "home" / standing.vectors[0].file))
    ids = np.load(tmp_path / "home" / standing.vectors[0].ids)
    assert standing.vectors[0].kind == ("flat" if least > 3000 else "ivf")
    asked = [0, 7, 2999]
    similarity, found = index.search(drawn[asked] / np.linalg.norm(drawn[asked], axis=1, keepdims=True), 1)
    assert [ids[row[0]] for row in found] == ["v0", "v7", "v2999"]
    assert similarity == pytest.approx(1, abs=1e-5)
    assert len(ids) == index.ntotal == 2999


def test_a_large_index_is_searched_in_the_same_share_of_its_lists_as_a_small_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a fixed number of lists three of ten near documents were not found among a million."""
    monkeypatch.setattr(vector_index, "EXACT_BELOW", 100)
    monkeypatch.setattr(vector_index, "_PROBED", 1)
    drawn = np.random.default_rng(3).normal(size=(6000, 4)).astype(np.float32)
    writer = vector_index.Writer(tmp_path, "near", len(drawn))
    writer.add(pa.array(range(len(drawn))), drawn)
    told = writer.finished("near", "vector", "the table")
    index = faiss.read_index(str(tmp_path / Path(told.file).name))
    asked = drawn[:200] + np.float32(0.05)
    unit = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    exact = np.argsort(-asked @ unit.T)[:, :10]
    _, found = index.search(asked, 10)
    kept = [len(set(ours) & set(theirs)) for ours, theirs in zip(found.tolist(), exact.tolist(), strict=True)]
    assert np.mean(kept) > 9


def test_without_faiss_the_vectors_stand_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_index, "find_spec", lambda name: None)
    made, drawn = vectors(tmp_path / "w", 50)
    stand(made, "sqlite", tmp_path / "home")
    held = np.load(tmp_path / "home/vectors/near.npy")
    assert held.dtype == np.float32
    expected = np.delete(drawn, 3, axis=0)
    assert held == pytest.approx(expected / np.linalg.norm(expected, axis=1, keepdims=True), abs=1e-6)


def test_an_index_that_a_run_changed_is_found_out(tmp_path: Path) -> None:
    stand(documents(tmp_path / "w"), "sqlite", tmp_path / "home")
    run = furnish(tmp_path / "home", tmp_path / "run")
    with (tmp_path / "run/vectors/documents.faiss").open("ab") as file:
        file.write(b"more")
    with pytest.raises(FixtureError, match="for reading only"):
        run.release()


def test_each_run_has_calendars_of_its_own(tmp_path: Path) -> None:
    rows = {
        "calendars": [{"calendar_id": 1, "owner": "ana@firm.example", "time_zone": "Europe/Berlin"}],
        "events": [
            {
                "event_id": 5,
                "uid": "u5",
                "organiser": 1,
                "title": "Budget",
                "starts": datetime(2026, 3, 2, 9, tzinfo=UTC),
                "ends": datetime(2026, 3, 2, 10, tzinfo=UTC),
                "time_zone": "Europe/Berlin",
                "all_day": False,
                "priority": 1,
                "status": "confirmed",
                "transparent": False,
            }
        ],
        "attendances": [{"event_id": 5, "calendar_id": 1, "response": "accepted", "required": True}],
    }
    made = world(tmp_path / "w", [CALENDARS, EVENTS, ATTENDANCES], rows)
    standing = stand(made, "sqlite", tmp_path / "home")
    assert standing.calendars == 1
    with furnish(tmp_path / "home", tmp_path / "run") as run:
        (mine,) = Path(run.env["WORLD_CALENDARS"]).glob("*.ics")
        assert "SUMMARY:Budget" in mine.read_text()
        mine.write_text("cancelled")
        (theirs,) = (tmp_path / "home/calendars").glob("*.ics")
        assert "SUMMARY:Budget" in theirs.read_text()


def test_worlds_without_meaning_or_calendars_stand_alone(tmp_path: Path) -> None:
    standing = stand(shop(tmp_path / "w"), "sqlite", tmp_path / "home")
    assert (standing.vectors, standing.calendars) == ((), 0)
    assert sorted(path.name for path in (tmp_path / "home").iterdir()) == ["world.json", "world.sqlite"]
