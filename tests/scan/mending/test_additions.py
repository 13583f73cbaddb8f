"""An import goes where a reader would look for it, once; a function goes below the imports."""

from __future__ import annotations

import pytest

from agentprobe.scan.fixing import edited
from agentprobe.scan.mending.additions import defining, importing
from agentprobe.scan.module import parse_module


def _with(code: str, statement: str) -> str | None:
    edits = importing(parse_module("agent.py", code.encode()), statement)
    return None if edits is None else edited(code.encode(), edits).decode()


@pytest.mark.parametrize(
    ("before", "statement", "after"),
    [
        ("import asyncio\n\nx = 1\n", "import logging", "import asyncio\nimport logging\n\nx = 1\n"),
        ("import os\n\nimport rich\n", "import logging", "import logging\nimport os\n\nimport rich\n"),
        ("import os  # a\n\nimport rich\n", "import sys", "import os  # a\nimport sys\n\nimport rich\n"),
        ("import requests\n", "import asyncio", "import asyncio\n\nimport requests\n"),
        ("import os\n", "import openai", "import os\n\nimport openai\n"),
        ("from openai import OpenAI\n", "import openai", "import openai\nfrom openai import OpenAI\n"),
        (
            '"""Page."""\n\nfrom __future__ import annotations\n\nx = 1\n',
            "import ast",
            '"""Page."""\n\nfrom __future__ import annotations\n\nimport ast\n\nx = 1\n',
        ),
        ("#!/usr/bin/env python\n\ndef f(): ...\n", "import ast",
         "#!/usr/bin/env python\n\nimport ast\n\n\ndef f(): ...\n"),
        ("@wrapped\ndef f(): ...\n", "import ast", "import ast\n\n\n@wrapped\ndef f(): ...\n"),
        (
            "from typing import (\n    Any,\n    cast,\n)\n",
            "from typing import Annotated",
            "from typing import (\n    Any,\n    cast, Annotated,\n)\n",
        ),
        ("import ast\n", "import ast", "import ast\n"),
        ("def f():\n    import ast\n", "import ast", "import ast\n\n\ndef f():\n    import ast\n"),
    ],
)  # fmt: skip
def test_an_import_goes_among_its_like(before: str, statement: str, after: str) -> None:
    assert _with(before, statement) == after


@pytest.mark.parametrize(
    "code", ["ast = 1\n", "def f(ast): ...\n", "import tree as ast\n", "class ast: ...\n"]
)
def test_a_name_that_means_something_else_is_not_imported(code: str) -> None:
    assert _with(code, "import ast") is None


def test_windows_line_ends_and_the_mark_at_the_beginning_are_kept() -> None:
    code = b"\xef\xbb\xbfimport os\r\n\r\nx = 1\r\n"
    edits = importing(parse_module("agent.py", code), "import ast")
    assert edits is not None
    assert edited(code, edits) == b"\xef\xbb\xbfimport ast\r\nimport os\r\n\r\nx = 1\r\n"


def test_a_function_is_defined_once_below_the_imports() -> None:
    code = "import os\nx = 1\n"
    source = "def f():\n    return 1\n"
    edits = defining(parse_module("agent.py", code.encode()), "f", source)
    assert edits is not None
    after = edited(code.encode(), edits).decode()
    assert after == "import os\n\n\ndef f():\n    return 1\n\n\nx = 1\n"
    assert defining(parse_module("agent.py", after.encode()), "f", source) == ()
    assert defining(parse_module("agent.py", b"f = 1\n"), "f", source) is None
