"""What a scan has found, told in the form that was asked for, on the screen or into a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from agentprobe.basis.files import write_whole
from agentprobe.cli.scanned import Outcome
from agentprobe.lab.proving.mark import Marks
from agentprobe.report.github_scan import scan_github
from agentprobe.report.json_scan import scan_json
from agentprobe.report.junit_scan import scan_junit
from agentprobe.report.markdown_scan import scan_markdown
from agentprobe.report.sarif_scan import scan_sarif
from agentprobe.report.scan_beside import Beside
from agentprobe.report.terminal_rules import beside
from agentprobe.report.terminal_scan import draw_concise, draw_scan

FORMATS = ("text", "concise", "json", "sarif", "github", "junit", "markdown")


def report(outcome: Outcome, form: str, output: Path | None, marks: Marks | None = None) -> int:
    """Tell it, with what there is to say beside it; returns the exit code."""
    told, files = outcome.told, outcome.told.scanned.files
    findings, skipped = told.findings, told.scanned.skipped
    more = Beside.of(told, marks)
    if form == "json":
        put(scan_json(findings, skipped, files=files, beside=more), output)
    elif form == "sarif":
        put(scan_sarif(findings, skipped, more), output)
    elif form == "junit":
        junit = scan_junit(findings, skipped, files=files, beside=more)
        put(junit.encode("utf-8", "replace"), output)
    elif form == "github":
        put(scan_github(findings, skipped, more).encode("utf-8", "replace"), output)
    elif form == "markdown":
        markdown = scan_markdown(findings, skipped, files=files, beside=more)
        put(markdown.encode("utf-8", "replace"), output)
    elif form == "concise":
        put(draw_concise(findings, skipped, files=files, beside=more), output)
    else:
        root = outcome.session.root
        put(draw_scan(findings, skipped, root=root, files=files, beside=more), output)
    for line in (*beside(told), *outcome.said):
        click.echo(line, err=True)
    return outcome.exit_code


def put(shown: Any, output: Path | None) -> int:
    """Show something, or write it to a file; bytes as they are."""
    if isinstance(shown, bytes):
        if output is not None:
            write_whole(output, shown)
        else:
            sys.stdout.write(shown.decode("utf-8", "replace"))
        return 0
    if output is None:
        console().print(shown)
        return 0
    paper = Console(width=140, highlight=False, soft_wrap=True)
    with paper.capture() as told:
        paper.print(shown)
    write_whole(output, told.get())
    return 0


def console() -> Console:
    """The screen, which neither colours words nor breaks lines by itself."""
    return Console(highlight=False, soft_wrap=True)
