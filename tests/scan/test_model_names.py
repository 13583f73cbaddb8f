"""Where a module names the model that is to be used."""

from __future__ import annotations

import pytest

from agentprobe.scan.model_names import model_names, names_a_model
from agentprobe.scan.module import parse_module


@pytest.mark.parametrize(
    "name", ["model", "MODEL_NAME", "modelName", "default_model", "--model", "smart_llm", "OPENAI_MODEL"]
)
def test_these_names_are_set_to_a_model(name: str) -> None:
    assert names_a_model(name)


@pytest.mark.parametrize("name", ["model_kwargs", "remodel", "models_table_path", "prompt", "llm_config"])
def test_these_names_are_not(name: str) -> None:
    assert not names_a_model(name)


def test_the_bytes_of_the_text_are_known() -> None:
    code = "# ü\nmodel = 'gpt-4o'\n".encode()
    (one,) = model_names(parse_module("agent.py", code))
    assert code[one.start : one.end] == b"gpt-4o"


def test_text_that_looks_like_no_model_is_none() -> None:
    assert not model_names(parse_module("agent.py", b"model = 'a gpt of our own'\n"))
