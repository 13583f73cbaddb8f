"""Notebooks are scanned by their cells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.scan.engine import scan
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.notebooks import notebook_module
from agentprobe.scan.text import Unreadable


def notebook(*cells: str | tuple[str, str], language: str = "python") -> bytes:
    told = [("code", one) if isinstance(one, str) else one for one in cells]
    written = [{"cell_type": kind, "source": text.splitlines(keepends=True)} for kind, text in told]
    return json.dumps({"cells": written, "metadata": {"language_info": {"name": language}}}).encode()


def test_a_call_is_found_in_its_cell_through_what_earlier_cells_made() -> None:
    raw = notebook(
        "%pip install openai\nfrom openai import OpenAI\nclient = OpenAI()",
        ("markdown", "# Ask\n\nand answer"),
        "!ls\n\nanswer = client.chat.completions.create(model='gpt-5', messages=[])",
    )
    (call,) = model_calls(notebook_module("a.ipynb", raw)).values()
    assert (call.place.cell, call.place.line, str(call.place)) == (3, 3, "a.ipynb:cell 3:3:10")
    assert call.callee == "openai.OpenAI.chat.completions.create"


def test_cells_in_other_languages_keep_the_lines_of_those_after_them() -> None:
    raw = notebook(
        "%%bash\nfor x in *; do\n  echo $x\ndone", "import openai\nopenai.responses.create(model='x')"
    )
    (call,) = model_calls(notebook_module("a.ipynb", raw)).values()
    assert (call.place.cell, call.place.line) == (2, 2)


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b'{"cells": 3}', b"\xff\xfe", b'{"cells": [[]]}'])
def test_what_is_no_notebook_is_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(Unreadable, match="not a notebook"):
        notebook_module("a.ipynb", raw)


def test_a_notebook_of_another_language_is_not_scanned() -> None:
    with pytest.raises(Unreadable, match="written in R"):
        notebook_module("a.ipynb", notebook("x <- 1", language="R"))


@given(st.lists(st.sampled_from(["a = 1", "b = [\n1,\n]", "%magic", "", "\n\n"]), max_size=6))
def test_every_line_lies_in_its_own_cell(cells: list[str]) -> None:
    module = notebook_module("a.ipynb", notebook(*cells, "last = 0"))
    last = module.tree.body[-1]
    place = module.place(last)
    assert (place.cell, place.line) == (len(cells) + 1, 1)


def test_no_fix_is_offered_in_a_notebook_whose_bytes_are_not_those_of_its_code(tmp_path: Path) -> None:
    cell = (
        "from openai import OpenAI\nmodel = 'gpt-4-turbo'\nOpenAI().responses.create(model=model, input='')"
    )
    (tmp_path / "a.ipynb").write_bytes(notebook(cell))
    found = scan(tmp_path).findings
    assert {"TMP007", "LAT001"} <= {one.code for one in found}
    assert all(one.fix is None for one in found)
