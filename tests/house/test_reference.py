"""The reference is what the code says: writing it anew gives the files as they are."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import msgspec
import pytest

from agentprobe.chaos.fault import FAULTS
from agentprobe.chaos.schedule import Schedule

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The reference as the code gives it now."""
    folder = tmp_path_factory.mktemp("reference")
    subprocess.run([sys.executable, ROOT / "docs" / "generate.py", folder], check=True)
    return texts(folder)


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_the_reference_is_up_to_date(written: dict[str, str]) -> None:
    kept = texts(REFERENCE)
    assert sorted(kept) == sorted(written), "run `make docs`"
    old = [name for name in written if kept[name] != written[name]]
    assert old == [], "run `make docs`"


def test_every_fault_has_its_place_in_the_reference(written: dict[str, str]) -> None:
    titles = re.findall(r"^## (\w+)$", written["faults.md"], re.MULTILINE)
    assert titles == list(FAULTS.names())


def test_every_schedule_that_the_reference_shows_can_be_read(written: dict[str, str]) -> None:
    shown = re.findall(r"^(\S+@.*?)(?: {2,}.*)?$", written["faults.md"], re.MULTILINE)
    assert len(shown) >= 6
    for text in shown:
        assert Schedule.parse(text)


@pytest.mark.parametrize(
    "name", ["examples/support_desk/agentprobe.toml", "tests/projects/tiny/agentprobe.toml"]
)
def test_settings_files_that_work_fit_the_schema(name: str) -> None:
    jsonschema.validate(tomllib.loads((ROOT / name).read_text()), schema())


def test_the_schema_refuses_a_key_that_does_not_exist() -> None:
    with pytest.raises(jsonschema.ValidationError, match="polcy"):
        jsonschema.validate({"model": {"polcy": "echo"}}, schema())


def schema() -> dict[str, object]:
    return msgspec.json.decode((REFERENCE / "agentprobe.schema.json").read_bytes(), type=dict[str, object])
