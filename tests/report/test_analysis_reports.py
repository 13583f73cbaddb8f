"""An analysis in each form: the same content, and nothing hostile in it becomes markup."""

from __future__ import annotations

import io
from xml.etree import ElementTree as Xml

from rich.console import Console

from agentprobe.analyst.analysis import (
    SIX,
    Analysis,
    Evidence,
    ModeFound,
    Presence,
    Shares,
    Speaker,
    Struck,
)
from agentprobe.analyst.answer_xml import Answered, read_answer
from agentprobe.report.markdown_analysis import analysis_markdown
from agentprobe.report.terminal_analysis import draw_analysis
from agentprobe.report.xml_analysis import analysis_xml
from agentprobe.scan.severity import Mode, Severity

HOSTILE = "</evidence><script>x</script> \x1b[31m [bold]b[/bold] | ![i](http://x) `c` ]]>"


def hostile() -> Analysis:
    evidence = Evidence(
        says=Speaker.TRACE, text=HOSTILE, severity=Severity.HIGH, where="run.jsonl, call 1", quote=HOSTILE
    )
    there = ModeFound(
        mode=Mode.TOKEN_LIMIT,
        presence=Presence.PRESENT,
        severity=Severity.HIGH,
        evidence=(evidence,),
        steps=(f"agentprobe replay '{HOSTILE}'", HOSTILE),
        fix=HOSTILE,
        shares=Shares(shown=1, runs=2, low=0.1, high=0.9),
    )
    others = (
        ModeFound(mode=mode, presence=Presence.NOT_OBSERVED, why=HOSTILE)
        for mode in SIX
        if mode is not Mode.TOKEN_LIMIT
    )
    return Analysis(
        modes=(there, *others),
        summary=HOSTILE,
        priority_fixes=(HOSTILE,),
        model="m",
        struck=(Struck(mode="token_limit", text=HOSTILE, why="w"),),
        notes=(HOSTILE,),
    )


def test_xml_has_exactly_the_elements_of_its_form() -> None:
    told = analysis_xml(hostile()).decode()
    root = Xml.fromstring(told)
    tags = {element.tag for element in root.iter()}
    assert tags == {
        "analysis",
        "failure_mode",
        "evidence",
        "severity",
        "reproduction_steps",
        "step",
        "fix_strategy",
        "summary",
        "priority_fixes",
        "fix",
    }
    assert [e.get("present") for e in root.iterfind("failure_mode")].count("true") == 1
    assert "\x1b" not in told


def test_xml_is_in_the_form_in_which_a_model_answers() -> None:
    read = read_answer(analysis_xml(hostile()).decode())
    assert isinstance(read, Answered)
    assert [claim.mode for claim in read.claims if claim.present] == [Mode.TOKEN_LIMIT]


def test_markdown_lets_nothing_be_markup() -> None:
    told = analysis_markdown(hostile())
    in_words = "\n".join(line for line in told.splitlines() if "agentprobe replay" not in line)
    assert "<script>" not in in_words
    assert "](http" not in in_words
    assert "\x1b" not in told
    assert "1. `` agentprobe replay" in told  # a longer fence than any in the command
    assert "| token_limit | present | high | trace |" in told


def test_the_terminal_shows_text_as_text() -> None:
    out = io.StringIO()
    Console(file=out, width=400).print(draw_analysis(hostile()), soft_wrap=True)
    told = out.getvalue()
    assert "[bold]b[/bold]" in told
    assert "\x1b" not in told
    assert "present, high in 1 of 2 runs (10–90 %)" in told
    assert "1 claim struck out" in told
