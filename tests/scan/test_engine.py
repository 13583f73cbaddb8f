"""A scan tells what it skips; a rule of ours that fails stops nobody; a second scan says the same."""

from __future__ import annotations

import cProfile
from collections.abc import Callable, Iterable
from pathlib import Path

from agentprobe.scan.cache import Cache
from agentprobe.scan.engine import Session, scan
from agentprobe.scan.files import Found, Kind
from agentprobe.scan.finding import Finding
from agentprobe.scan.looking import Local, look
from agentprobe.scan.module import Module
from agentprobe.scan.relevant import near, words_of
from agentprobe.scan.rule import RULES, Rule
from agentprobe.scan.severity import Mode, Severity

Files = Callable[[dict[str, str]], Path]
AGENT = """
from openai import OpenAI

client = OpenAI()

def ask(messages):
    try:
        return client.chat.completions.create(model="gpt-5", messages=messages)
    except Exception:
        return None
"""


class _Failing(Rule):
    """Fails."""

    code = "XXX001"
    severity = Severity.LOW
    mode = Mode.READINESS

    def in_module(self, module: Module) -> Iterable[Finding]:
        raise KeyError(module.path)


def test_a_rule_that_fails_is_told_and_the_others_go_on(files: Files) -> None:
    root = files({"agent.py": AGENT})
    scanned = scan(root, rules=[_Failing(), *(rule() for rule in RULES)])
    assert [(one.rule, one.path) for one in scanned.broken] == [(_Failing.name, "agent.py")]
    assert "ERR001" in {one.code for one in scanned.findings}


def test_what_cannot_be_read_is_told_with_its_line(files: Files) -> None:
    scanned = scan(files({"agent.py": AGENT, "broken.py": "x = 1\ndef f(:\n"}))
    assert [(one.path, one.line) for one in scanned.skipped] == [("broken.py", 2)]


def test_many_files_are_looked_at_side_by_side_with_the_same_result(files: Files) -> None:
    given = {f"part{at}/agent.py": AGENT for at in range(150)}
    root = files(given)
    alone, beside = scan(root, workers=1), scan(root, workers=2)
    assert alone.findings == beside.findings
    assert len({one.place.path for one in alone.findings}) == 150


def test_a_kept_scan_says_the_same_and_looks_at_what_changed(files: Files, tmp_path: Path) -> None:
    root = files({"project/agent.py": AGENT, "project/other.py": "x = 1\n"}) / "project"
    kept = tmp_path / "kept.msgpack"
    first = scan(root, cache=kept)
    assert scan(root, cache=kept).findings == first.findings
    (root / "agent.py").write_text(AGENT.replace("return None", "raise"))
    again = scan(root, cache=kept)
    assert "ERR001" in {one.code for one in first.findings}
    assert "ERR001" not in {one.code for one in again.findings}


def test_a_damaged_cache_is_as_good_as_none(files: Files, tmp_path: Path) -> None:
    root = files({"project/agent.py": AGENT}) / "project"
    kept = tmp_path / "kept.msgpack"
    first = scan(root, cache=kept)
    for raw in (
        b"",
        b"\x00" * 40,
        kept.read_bytes()[:-20],
        kept.read_bytes().replace(b"ERR001", b"ERR\xff\x0001"),
    ):
        kept.write_bytes(raw)
        assert scan(root, cache=kept).findings == first.findings


def test_a_cache_of_other_rules_is_not_believed(tmp_path: Path) -> None:
    cache = Cache.opened(tmp_path / "kept", ("A",))
    cache.put("a.py", b"1", b"\x80")
    cache.close(frozenset({"a.py"}))
    assert Cache.opened(tmp_path / "kept", ("A",)).get("a.py", b"1") == b"\x80"
    assert Cache.opened(tmp_path / "kept", ("B",)).get("a.py", b"1") is None


def test_a_session_sees_what_an_editor_has_not_saved(files: Files) -> None:
    root = files({"agent.py": AGENT})
    session = Session(root=root, rules=[rule() for rule in RULES])
    assert "ERR001" in {one.code for one in session.scan().findings}
    session.overlays["agent.py"] = AGENT.replace("return None", "raise").encode()
    assert "ERR001" not in {one.code for one in session.scan().findings}
    session.overlays.clear()
    assert "ERR001" in {one.code for one in session.scan().findings}


def test_of_a_large_tree_only_files_about_agents_are_parsed(files: Files) -> None:
    given = {f"library/part{at}.py": f"def f{at}(): pass\n" for at in range(320)}
    wrapper = (
        "from shop.client import make\n\ndef ask(text):\n    return make().responses.create(input=text)\n"
    )
    given |= {
        "shop/__init__.py": "",
        "shop/client.py": "from openai import OpenAI\nfrom shop.values import TIMEOUT\n\ndef make():\n"
        "    return OpenAI(timeout=TIMEOUT)\n",
        "shop/values.py": "TIMEOUT = 900\n",
        "shop/wrapper.py": wrapper,
        "shop/user.py": "from .wrapper import ask\n\ndef go():\n    return ask('x')\n",
    }
    session = Session(root=files(given), rules=[rule() for rule in RULES], few=300)
    scanned = session.scan()
    assert set(scanned.project.facts) >= {
        "shop/client.py",
        "shop/values.py",
        "shop/wrapper.py",
        "shop/user.py",
    }
    assert scanned.by_words >= 320
    assert session.scan().project.facts == scanned.project.facts


def test_of_a_large_tree_files_near_mere_types_of_a_library_are_not_parsed(files: Files) -> None:
    given = {f"library/part{at}.py": f"def f{at}(): pass\n" for at in range(20)}
    given |= {
        "shop/types.py": "from openai.types import CompletionUsage\n\nUsage = CompletionUsage\n",
        "shop/bill.py": "from shop.types import Usage\n\ndef bill(usage: Usage): pass\n",
    }
    scanned = Session(root=files(given), rules=[rule() for rule in RULES], few=10).scan()
    assert set(scanned.project.facts) == {"shop/types.py"}
    assert scanned.by_words == 21


def test_a_tree_of_a_thousand_files_is_parsed_whole(files: Files) -> None:
    given = {f"library/part{at}.py": f"def f{at}(): pass\n" for at in range(1_000)}
    scanned = scan(files(given), rules=[])
    assert (len(scanned.project.facts), scanned.by_words) == (1_000, 0)


def test_imports_are_read_from_lines() -> None:
    raw = b"from . import (\n    one,\n    two,\n)\nfrom ..up import x\nimport os, openai as o\n"
    words = words_of(raw, "shop.agents.desk", is_package=False)
    assert {"shop.agents.one", "shop.agents.two", "shop.up.x", "shop.up", "os", "openai"} <= set(
        words.imports
    )
    assert words.speaks
    assert near({"a.py": words}, {"a.py": "a"}, ["a.py"]) == {"a.py"}


def test_a_session_follows_calls_that_have_changed_as_a_first_scan_does(files: Files) -> None:
    loop = "from shop.desk import {name}\n\ndef go():\n    while True:\n        {name}('x')\n"
    desk = f"{AGENT}\ndef answer(text):\n    return ask(text)\n\ndef count(text):\n    return len(text)\n"
    root = files({
        "shop/__init__.py": "",
        "shop/desk.py": desk,
        "shop/go.py": loop.format(name="count"),
    })  # fmt: skip
    session = Session(root=root, rules=[rule() for rule in RULES])
    before = session.scan()
    for name in ("answer", "count", "answer"):
        (root / "shop/go.py").write_text(loop.format(name=name) + f"# {name}\n")
        again, fresh = session.scan(), scan(root)
        assert again.findings == fresh.findings
        assert ("RDY004" in {one.code for one in again.findings}) is (name == "answer")
    assert "RDY004" not in {one.code for one in before.findings}


def test_a_file_of_tens_of_thousands_of_lines_is_read_at_a_rate_that_does_not_fall(files: Files) -> None:
    """Twice the lines may take twice the work, not four times."""
    part = (
        "LIMIT_{at} = [1, 2, {at}]\n\nclass Desk{at}:\n    async def total_{at}(self, question):\n"
        "        global spent\n        spent = await self.ask(question, timeout={at})\n"
        "        self.last = spent\n        return question\n\n"
    )
    work = [_steps(files({f"desk{many}/a.py": _of(part, many)})) for many in (500, 1_000)]
    assert work[1] < 2.6 * work[0]


def _of(part: str, many: int) -> str:
    return "".join(part.format(at=at) for at in range(many))


def _steps(root: Path) -> int:
    """How many functions are called to look at the largest file there."""
    path = max(root.rglob("*.py"), key=lambda one: one.stat().st_size)
    found = Found(path=path.name, kind=Kind.PYTHON)
    local, raw = Local.of([rule() for rule in RULES]), path.read_bytes()
    profile = cProfile.Profile()
    told = profile.runcall(look, found, raw, local)
    assert told.facts is not None
    return sum(one.callcount for one in profile.getstats())
