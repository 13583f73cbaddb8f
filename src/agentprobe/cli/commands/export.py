"""`agentprobe export`: hand a trace to tools that read OpenTelemetry."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import msgspec

from agentprobe.adapters.otlp import protobuf_is_there, send
from agentprobe.basis.files import write_whole
from agentprobe.errors import ConfigError
from agentprobe.trace.otlp.conventions import CONVENTIONS
from agentprobe.trace.otlp.encode import to_otlp
from agentprobe.trace.otlp.span import Span
from agentprobe.trace.otlp.spans import DEFAULT, spans_of
from agentprobe.trace.read import read_trace

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("export")
@click.argument("traces", nargs=-1, required=True, type=_FILE)
@click.option("--otlp", metavar="URL", help="A receiver, such as http://127.0.0.1:4318.")
@click.option("--grpc", is_flag=True, help="Speak gRPC to it, as at 127.0.0.1:4317.")
@click.option("--json", "in_json", is_flag=True, help="Speak OTLP's JSON to it instead of protobuf.")
@click.option("--file", "out", type=click.Path(path_type=Path), help="Write OTLP's JSON there instead.")
@click.option(
    "--convention",
    type=click.Choice(CONVENTIONS),
    default=DEFAULT,
    show_default=True,
    help="What spans and attributes are called.",
)
@click.option("--content", is_flag=True, help="Tell what was said as well, and what tools gave.")
@click.option("--header", "headers", multiple=True, metavar="NAME=VALUE", help="To send along, as a key.")
def command(traces: tuple[Path, ...], **options: Any) -> None:
    """Export traces as OpenTelemetry spans.

    \b
    agentprobe export trace.jsonl --otlp http://127.0.0.1:4318
    agentprobe export trace.jsonl --otlp http://127.0.0.1:6006 --convention openinference --content
    agentprobe export trace.jsonl --file spans.json

    A trace that is exported twice has the same ids. What was said stays here unless you ask for --content.
    """
    exported(traces, **options)


def exported(
    traces: tuple[Path, ...],
    *,
    otlp: str | None = None,
    grpc: bool = False,
    in_json: bool = False,
    out: Path | None = None,
    convention: str = DEFAULT,
    content: bool = False,
    headers: tuple[str, ...] = (),
) -> None:
    """Export trace files and say what became of them; raises ConfigError where nothing could be done."""
    if (otlp is None) == (out is None):
        raise ConfigError("say where to: --otlp URL or --file FILE")
    spans = [
        span
        for trace in traces
        for span in spans_of(read_trace(trace), convention=convention, content=content)
    ]
    if out is not None:
        write_whole(out, msgspec.json.encode(to_otlp(spans, resource())))
        click.echo(f"{len(spans):,} spans written to {out}")
    elif otlp is not None:
        _send(
            spans,
            otlp,
            "grpc" if grpc else "json" if in_json or not protobuf_is_there() else "protobuf",
            headers,
        )


def resource() -> dict[str, Any]:
    """What all spans have in common."""
    return {"service.name": "agentprobe", "service.version": version("agentprobe-prod")}


def _send(spans: list[Span], url: str, protocol: str, headers: tuple[str, ...]) -> None:
    bad = next((header for header in headers if "=" not in header), None)
    if bad is not None:
        raise ConfigError(f"--header {bad}: write it as NAME=VALUE")
    pairs = dict(header.split("=", 1) for header in headers)
    sent = send(spans, resource(), url, protocol=protocol, headers=pairs)
    if sent.rejected:
        raise ConfigError(f"{url} left out {sent.rejected:,} of {sent.spans:,} spans: {sent.why}")
    click.echo(f"{sent.spans:,} spans sent to {url}")
