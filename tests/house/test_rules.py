"""Every rule of `agentprobe scan` has its page, whose example it finds, and a test of its own."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from pathlib import Path
from textwrap import dedent

import pytest

from agentprobe.chaos.fault import FAULTS
from agentprobe.scan.engine import scan
from agentprobe.scan.rule import RULES, Rule

TESTS = Path(__file__).parents[1] / "scan" / "rules"
KINDS = list(RULES)
NAMES = [kind.name for kind in KINDS]


def part(kind: type[Rule], name: str) -> str:
    """A part of a rule's page."""
    page = inspect.cleandoc(kind.__doc__ or "")
    found = re.search(
        rf"^{name}:(.*?)(?=^(?:Finds|Breaks|Example|Instead|False alarms):|\Z)",
        page,
        re.MULTILINE | re.DOTALL,
    )
    return found[1] if found is not None else ""


def files(text: str) -> dict[str, str]:
    """The files of an example: those that a comment such as `# settings.yaml` names, else agent.py."""
    lines = dedent(text.strip("\n")).strip("\n").splitlines()
    found: dict[str, list[str]] = {}
    name = "agent.py"
    for line in lines:
        named = re.fullmatch(r"\s*(?:#|//)\s*((?:[\w.-]+/)*[\w.-]*\.(?:\w{2,8}))\s*(?::|\(.*\))?", line)
        if named is not None:
            name = named[1]
        else:
            found.setdefault(name, []).append(line)
    return {name: "\n".join(its) + "\n" for name, its in found.items() if any(line.strip() for line in its)}


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_a_rule_has_a_page(kind: type[Rule]) -> None:
    for name in ("Finds", "Breaks", "Example", "Instead", "False alarms"):
        assert part(kind, name).strip(), f"{kind.name} says nothing after {name}:"
    assert re.fullmatch(r"[A-Z]{3,4}\d{3}", kind.code)


def test_no_two_rules_have_one_code() -> None:
    assert [code for code, times in Counter(kind.code for kind in KINDS).items() if times > 1] == []


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_a_rule_has_tests(kind: type[Rule]) -> None:
    assert (TESTS / f"test_{kind.name.replace('-', '_')}.py").is_file()


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_the_faults_that_prove_a_rule_exist(kind: type[Rule]) -> None:
    for fault in kind.probe.faults if kind.probe is not None else ():
        assert fault in FAULTS.names()


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
@pytest.mark.parametrize("name", ["Example", "Instead"])
def test_a_page_shows_what_is_found_and_what_is_not(kind: type[Rule], name: str, tmp_path: Path) -> None:
    given = files(part(kind, name))
    if not any(path.endswith((".py", ".json", ".yaml", ".yml", ".toml")) for path in given):
        pytest.skip("the page shows no file that is scanned")
    for path, text in given.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    scanned = scan(tmp_path, rules=[kind()])
    assert not scanned.broken
    assert not scanned.skipped
    assert bool(scanned.findings) is (name == "Example")
