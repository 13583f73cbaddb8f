"""Input that was made to hurt is scanned or told as not scanned; nothing of it hangs, crashes or runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentprobe.scan.engine import Scanned, scan
from agentprobe.scan.files import Found, Kind
from agentprobe.scan.looking import Local, look, look_at_document
from agentprobe.scan.rule import RULES

LOCAL = Local.of([rule() for rule in RULES])
HOSTILE = {
    "parentheses.py": b"x = " + b"(" * 5000 + b"1" + b")" * 5000,
    "minus.py": b"x = " + b"-" * 20_000 + b"1",
    "plus.py": b"x = " + b"+".join([b"1"] * 20_000),
    "attributes.py": b"x = a" + b".b" * 20_000,
    "calls.py": b"x = a" + b"()" * 5_000,
    "lists.py": b"x = " + b"[" * 90 + b"]" * 90,
    "ors.py": b"if " + b" or ".join([b"a"] * 20_000) + b": pass",
    "elifs.py": b"if a: pass\n" + b"elif a: pass\n" * 5_000,
    "lambdas.py": b"x = " + b"lambda: " * 2_000 + b"1",
    "text.py": b"x = '" + b"a" * 1_500_000 + b"'",
    "number.py": b"x = " + b"9" * 100_000,
    "syntax.py": b"def f(:\n",
    "nul.py": b"x = 1\0\n",
    "latin.py": b"# -*- coding: latin-1 -*-\nx = '\xe4'\n",
    "unknown.py": b"# -*- coding: klingon -*-\nx = 1\n",
    "not_utf8.py": b"x = '\xff\xfe'\n",
    "utf16.py": "x = 1\n".encode("utf-16"),
    "empty.py": b"",
    "surrogate.py": b"x = '\\ud800'\nimport openai\nopenai.OpenAI().chat.completions.create(model=x)\n",
    "infinite.py": b"import openai\nopenai.OpenAI(timeout=1e999, max_retries=10**400).responses.create()\n",
    "itself.py": b"import openai\nkw = dict(**kw)\nopenai.OpenAI(**kw).responses.create(**kw)\n",
    "grown.py": b"import openai\nkw = {}\nkw.update(**kw)\nkw.update(kw)\nopenai.OpenAI(**kw)\n",
    "deep.json": b"[" * 100_000,
    "deep.ipynb": b"[" * 100_000,
    "deep.yaml": b"a: " + b"[" * 5_000,
    "bomb.yaml": b"a: &a [x, x]\n"
    + b"".join(b"%c: &%c [*%c, *%c]\n" % (98 + at, 98 + at, 97 + at, 97 + at) for at in range(24)),
    "cells.ipynb": b'{"cells": [{"cell_type": "code", "source": '
    + b'["a\\n"'
    + b', "b\\n"' * 5_000
    + b"]}]}",
    "cells_wrong.ipynb": b'{"cells": [1, null, {"cell_type": "code", "source": 7}]}',
    "settings.toml": b"a = " + b"[" * 5_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_hurts_nobody(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(HOSTILE[name])
    (tmp_path / "sound.py").write_text("import openai\nopenai.OpenAI().responses.create(model='gpt-5')\n")
    scanned = scan(tmp_path)
    assert scanned.broken == ()
    assert "sound.py" in scanned.project.facts
    assert name in {*scanned.project.facts, *(one.path for one in scanned.skipped)} or name in _data(scanned)


def _data(scanned: Scanned) -> set[str]:
    return {one.path for one in scanned.project.documents}


def test_pipes_loops_and_names_that_are_no_text_are_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    (tmp_path / "up").symlink_to(tmp_path)
    (tmp_path / "away.py").symlink_to("/etc/hostname")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xff.py")).write_text("x = 1\n")
    (tmp_path / "large.py").write_bytes(b"#" * 2_000_001)
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "sound.py").write_text("x = 1\n")
    scanned = scan(tmp_path)
    assert set(scanned.project.facts) == {"sound.py"}
    assert {one.path for one in scanned.skipped} >= {"pipe.py", "large.py", "b\\xff.py"}


def test_nothing_that_is_scanned_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    (tmp_path / "agent.py").write_text(f"import pathlib, openai\npathlib.Path({str(mark)!r}).touch()\n")
    (tmp_path / "conftest.py").write_text(f"open({str(mark)!r}, 'w')\n")
    scan(tmp_path)
    assert not mark.exists()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    for name, kind in (("a.py", Kind.PYTHON), ("a.ipynb", Kind.NOTEBOOK)):
        assert look(Found(path=name, kind=kind), raw, LOCAL).broken == ()
    for name in ("a.json", "a.yaml", "a.toml", ".env", "a.prompty"):
        assert look_at_document(Found(path=name, kind=Kind.DOCUMENT), raw, LOCAL)[1].broken == ()
