"""`agentprobe analyze`: how an agent fails, from its traces, a scan, or what people say of it."""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path

import click
import msgspec
from rich.console import Console

from agentprobe.analyst.analysis import Analysis
from agentprobe.analyst.asking import Analyst
from agentprobe.analyst.from_scan import scanned
from agentprobe.analyst.material import Material, named
from agentprobe.analyst.settings import AnalystSettings
from agentprobe.analyst.with_model import analysed
from agentprobe.basis.clock import RealClock
from agentprobe.basis.files import write_whole
from agentprobe.basis.strict import Mistake, decode
from agentprobe.cli.trace_files import trace_files
from agentprobe.config.load import NAME
from agentprobe.errors import ConfigError
from agentprobe.report.markdown_analysis import analysis_markdown
from agentprobe.report.terminal_analysis import draw_analysis
from agentprobe.report.xml_analysis import analysis_xml
from agentprobe.trace.read import read_trace

_PATH = click.Path(exists=True, path_type=Path)
_FORMS = ("text", "xml", "json", "markdown")
_LARGEST = 4 * 1024 * 1024


@click.command("analyze")
@click.argument("traces", nargs=-1, type=_PATH, metavar="[TRACE…]")
@click.option("--scan", "scan_path", type=_PATH, help="A project to scan, or the JSON of a scan.")
@click.option("--architecture", metavar="FILE|TEXT", default="", help="How the agent is built, in words.")
@click.option("--scenario", metavar="FILE|TEXT", default="", help="What goes wrong, in words.")
@click.option("--model", metavar="NAME", help="A model that adds to it; without one, nobody is asked.")
@click.option("--provider", metavar="NAME", help="With --model: openai, anthropic, gemini, ollama.")
@click.option("--model-url", metavar="URL", help="With --model: its base URL, such as a local server's.")
@click.option("--config", type=click.Path(path_type=Path), help=f"The file with [analyst]; default: {NAME}.")
@click.option("--format", "form", default="text", show_default=True, type=click.Choice(_FORMS))
@click.option("--out", type=click.Path(path_type=Path), help="Write it there instead of printing it.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    traces: tuple[Path, ...],
    scan_path: Path | None,
    architecture: str,
    scenario: str,
    model: str | None,
    provider: str | None,
    model_url: str | None,
    config: Path | None,
    form: str,
    out: Path | None,
) -> None:
    """Say which of six ways of failing are there, with evidence, reproduction and fixes in order.

    \b
    agentprobe analyze trace_001.json
    agentprobe analyze runs/ --scan .
    agentprobe analyze --architecture design.md --scenario "It answers twice after a timeout."
    agentprobe analyze runs/ --model claude-sonnet-4-5 --format xml

    Exit code: 0 none is there, 1 one is, 3 there was not enough to say.
    """
    if not (traces or scan_path or architecture or scenario):
        ctx.fail("name a trace or a folder of them, or give --scan, --architecture or --scenario")
    material = Material(
        runs=named([read_trace(path) for path in trace_files(traces)]),
        scan=scanned(scan_path) if scan_path is not None else None,
        architecture=_words(architecture, "--architecture"),
        scenario=_words(scenario, "--scenario"),
    )
    settings = _settings(config)
    given = {"model": model, "provider": provider, "url": model_url}
    settings = msgspec.structs.replace(settings, **{name: told for name, told in given.items() if told})
    if (provider or model_url) and not settings.model:
        ctx.fail("name the model too, with --model")
    analyst = Analyst.of(settings, os.environ, RealClock()) if settings.model else None
    found = analysed(material, analyst)
    _tell(found, form, out)
    ctx.exit(found.exit_code)


def _words(told: str, option: str) -> str:
    """The text, or what stands in the file of that name."""
    try:
        path = Path(told)
        if not told or "\n" in told or not path.is_file():
            return told
        if path.stat().st_size > _LARGEST:
            raise ConfigError(f"{option}: {path} is too long for a description")
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise ConfigError(f"{option}: {told} is no text in UTF-8") from error
        return told  # too long for a file's name


def _settings(config: Path | None) -> AnalystSettings:
    """The table [analyst]; the rest of the file is not looked at here."""
    path = config or Path(NAME)
    if config is None and not path.is_file():
        return AnalystSettings()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("analyst", {})
        return decode(table, AnalystSettings)
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except Mistake as mistake:
        key = ".".join(("analyst", *map(str, mistake.path)))
        raise ConfigError(f"{path}: {mistake.text} (at {key})") from mistake
    except ValueError as error:
        raise ConfigError(f"{path}: this is no TOML: {error}") from error


def _tell(found: Analysis, form: str, out: Path | None) -> None:
    if form != "text":
        told = _written(found, form)
        if out is not None:
            write_whole(out, told)
        else:
            sys.stdout.write(told.decode())
    elif out is not None:
        with out.open("w", encoding="utf-8") as file:
            Console(highlight=False, file=file).print(draw_analysis(found), soft_wrap=True)
    else:
        Console(highlight=False).print(draw_analysis(found), soft_wrap=True)


def _written(found: Analysis, form: str) -> bytes:
    if form == "xml":
        return analysis_xml(found)
    if form == "markdown":
        return analysis_markdown(found).encode()
    return msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"
