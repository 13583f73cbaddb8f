"""`agentprobe models`: shows, refreshes and sets what models cost."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentprobe.cli.main import main
from agentprobe.trace.facts.models import OWN, PROJECT, read_table, table_here

PUBLISHED = [
    {
        "id": "openai",
        "model_match": {"starts_with": "gpt-"},
        "models": [
            {
                "id": "gpt-new",
                "match": {"equals": "gpt-new"},
                "context_window": 9,
                "prices": {"input_mtok": 3},
            }
        ],
    }
]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(tmp_path)
    yield
    os.chdir(before)


def test_a_model_is_shown_with_the_date_of_its_prices(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "show", "gpt-4o"]) == 0
    out = capsys.readouterr().out
    assert "gpt-4o  openai   128,000    2.5    1.25      10" in out
    assert "table of 2026-" in out


def test_an_unknown_model_is_refused_with_the_nearest_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "show", "gtp-4o-mini"]) == 2
    assert "did you mean 'gpt-4o-mini'?" in capsys.readouterr().err


def test_a_table_is_refreshed_from_a_file_and_keeps_what_the_project_set() -> None:
    assert main(["models", "set", "My-Model", "--input", "0.5", "--output", "2", "--window", "1000"]) == 0
    Path("data.json").write_text(json.dumps(PUBLISHED))
    assert main(["models", "refresh", "--from", "data.json"]) == 0
    table = table_here()
    assert [provider.id for provider in table.providers] == [PROJECT, "openai"]
    assert (table.find("my-model").window, table.find("gpt-new").window) == (1000, 9)
    assert table.source == "data.json"


def test_a_price_of_ones_own_goes_before_the_makers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "set", "gpt-4o", "--input", "1", "--output", "2"]) == 0
    assert main(["models", "set", "gpt-4o", "--input", "7", "--output", "9"]) == 0
    known = table_here().find("gpt-4o", "openai_chat")
    assert known.provider == PROJECT
    assert known.model is not None
    assert known.model.rates[0].input == ((0, 7.0),)
    assert known.window == 128_000


def test_the_installed_package_is_a_source() -> None:
    assert main(["models", "refresh", "--from", "genai-prices", "--out", "here.json"]) == 0
    assert read_table(Path("here.json")).source.startswith("genai-prices ")
    assert not OWN.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["refresh", "--from", "none.json"], "cannot read none.json"),
        (["refresh", "--from", "bad.json"], "bad.json is no JSON"),
        (["refresh", "--from", "http://127.0.0.1:9/x"], "download it and give the file"),
        (["set", "m"], "nothing to set"),
    ],
)
def test_what_cannot_be_done_is_said_with_exit_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.json").write_text("{")
    assert main(["models", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_limits_and_ends_are_refreshed_from_the_table_of_litellm(capsys: pytest.CaptureFixture[str]) -> None:
    told = {"gpt-new": {"litellm_provider": "openai", "mode": "chat", "max_output_tokens": 7}}
    Path("limits.json").write_text(json.dumps(told))
    assert main(["models", "refresh", "--from", "limits.json"]) == 0
    assert main(["models", "show", "gpt-new"]) == 0
    assert "writes 7" in capsys.readouterr().out
    assert main(["models", "show", "text-davinci-003"]) == 0
    assert "ended 2024-01-04" in capsys.readouterr().out
