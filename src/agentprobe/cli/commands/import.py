"""`agentprobe import`: make traces of the spans that other tools have recorded."""  # noqa: N999

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import msgspec

from agentprobe.adapters.otlp import from_protobuf
from agentprobe.adapters.otlp_receiver import receiving
from agentprobe.basis.clock import RealClock
from agentprobe.errors import ConfigError
from agentprobe.trace.otlp.encode import from_otlp
from agentprobe.trace.otlp.span import Span
from agentprobe.trace.otlp.take_in import take_in

FOLDER = Path(".agentprobe/traces")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("files", nargs=-1, type=_FILE)
@click.option("--listen", type=click.IntRange(0, 65535), metavar="PORT", help="Receive spans until Ctrl-C.")
@click.option("--seconds", type=click.FloatRange(min=0), help="With --listen: stop after so long.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=FOLDER,
    show_default=True,
    help="The folder for the traces.",
)
def command(files: tuple[Path, ...], listen: int | None, seconds: float | None, out: Path) -> None:
    """Make traces of OpenTelemetry spans: files of OTLP's JSON or protobuf, or what an SDK sends here.

    \b
    agentprobe import spans.json
    agentprobe import --listen 4318

    Spans of the GenAI conventions, of OpenInference and of OpenLLMetry are understood. Each trace id becomes
    a trace file, which `agentprobe trace show` draws.
    """
    if bool(files) == (listen is not None):
        raise ConfigError("give files, or --listen PORT")
    if listen is not None:
        files = (_received(listen, seconds, out),)
    made = take_in((span for file in files for span in read_spans(file)), out)
    for one in made:
        click.echo(f"{one.models:,} model calls and {one.tools:,} tool calls written to {one.path}")
    if not made:
        raise ConfigError("no new trace: no span of a model or tool call was found, or all are there already")


def read_spans(path: Path) -> Iterator[Span]:
    """The spans of a file: one OTLP/JSON request, one a line, or one in protobuf."""
    data = path.read_bytes()
    if data[:1] not in (b"{", b"["):
        yield from from_otlp(_protobuf(data, path))
        return
    try:
        found = [msgspec.json.decode(data)]
    except msgspec.MsgspecError:
        found = [_line(line, path, number) for number, line in enumerate(data.splitlines(), start=1) if line]
    for request in found:
        if not isinstance(request, dict):
            raise ConfigError(f"{path} holds no OTLP request; give what an OTLP exporter has written")
        yield from from_otlp(request)


def _protobuf(data: bytes, path: Path) -> Mapping[str, Any]:
    try:
        return from_protobuf(data)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def _line(line: bytes, path: Path, number: int) -> object:
    try:
        found: object = msgspec.json.decode(line)
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{path}, line {number}: no JSON: {error}") from error
    return found


def _received(port: int, seconds: float | None, out: Path) -> Path:
    """Receive spans until it is over; what came is kept in a file, so that nothing is lost to a kill."""
    kept = out / f"otlp-{RealClock().date():%Y%m%d-%H%M%S}.json"
    with receiving(kept, port) as url:
        click.echo(f"receiving spans at {url}/v1/traces; Ctrl-C ends it", err=True)
        try:
            threading.Event().wait(seconds)
        except KeyboardInterrupt:
            click.echo("", err=True)
    if not kept.is_file() or not kept.stat().st_size:
        raise ConfigError("no spans came")
    return kept
