"""What may watch an OpenAI client in its own process: agentprobe, its peers, nothing, and the least possible.

Each entry of `RECORDERS` sets one up in this process and gives what the benchmark needs of it. The peers
send their spans to a loopback address with their own batching, as they would in production.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.request import urlopen


@dataclass(frozen=True)
class Watched:
    """A client under watch."""

    client: Any
    flush: Callable[[], object]
    """Sends what is still kept back."""
    kept: Callable[[], int]
    """How many bytes have been kept so far, on disk or at the collector."""


Watch = Callable[[str, Path], Watched]


def _client(url: str, **more: Any) -> Any:
    openai = import_module("openai")
    return openai.OpenAI(base_url=f"{url}/v1", api_key="sk-none", max_retries=0, **more)


def bare(url: str, folder: Path) -> Watched:
    """The SDK alone."""
    return Watched(_client(url), lambda: None, lambda: 0)


def least(url: str, folder: Path) -> Watched:
    """The least a durable recorder can do: both bodies as they are, each in one write to a file."""
    httpx2 = import_module("httpx2")
    path = folder / "least"
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    class Body(httpx2.SyncByteStream):  # type: ignore[misc, name-defined]  # a class known at run time only
        def __init__(self, stream: Any) -> None:
            self.stream, self.came = stream, [b""]

        def __iter__(self) -> Any:
            for data in self.stream:
                self.came.append(data)
                yield data

        def close(self) -> None:
            self.stream.close()
            os.write(log, b"".join(self.came) + b"\n")

    class Tee(httpx2.HTTPTransport):  # type: ignore[misc, name-defined]  # the same
        def handle_request(self, request: Any) -> Any:
            os.write(log, request.content + b"\n")
            response = super().handle_request(request)
            response.stream = Body(response.stream)
            return response

    http = httpx2.Client(transport=Tee(), timeout=600)
    return Watched(_client(url, http_client=http), lambda: None, lambda: path.stat().st_size)


def agentprobe(url: str, folder: Path) -> Watched:
    """A session of agentprobe that writes its trace: every record in the file before the call goes on."""
    path = folder / "agentprobe.jsonl"
    import_module("agentprobe").session(id="bench", trace=path).__enter__()
    return Watched(_client(url), lambda: None, lambda: path.stat().st_size)


def agentprobe_without_trace(url: str, folder: Path) -> Watched:
    """A session of agentprobe that writes nothing: the corridor alone."""
    import_module("agentprobe").session(id="bench").__enter__()
    return Watched(_client(url), lambda: None, lambda: 0)


def openllmetry(url: str, folder: Path) -> Watched:
    """OpenLLMetry: opentelemetry-instrumentation-openai."""
    return _instrumented("openllmetry", "opentelemetry.instrumentation.openai", url)


def openinference(url: str, folder: Path) -> Watched:
    """OpenInference: openinference-instrumentation-openai, what Phoenix reads."""
    return _instrumented("openinference", "openinference.instrumentation.openai", url)


def logfire(url: str, folder: Path) -> Watched:
    """Logfire's own instrumentation, sending to the collector instead of its service."""
    fire = import_module("logfire")
    processor = _exporting("logfire", url)
    fire.configure(
        send_to_logfire=False, console=False, metrics=False, additional_span_processors=[processor]
    )
    client = _client(url)
    fire.instrument_openai(client)
    return Watched(client, processor.force_flush, lambda: _sunk("logfire", url))


def _instrumented(name: str, module: str, url: str) -> Watched:
    provider = import_module("opentelemetry.sdk.trace").TracerProvider()
    provider.add_span_processor(_exporting(name, url))
    import_module(module).OpenAIInstrumentor().instrument(tracer_provider=provider)
    return Watched(_client(url), provider.force_flush, lambda: _sunk(name, url))


def _exporting(name: str, url: str) -> Any:
    exporter = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter").OTLPSpanExporter(
        endpoint=f"{url}/sink/{name}/v1/traces"
    )
    return import_module("opentelemetry.sdk.trace.export").BatchSpanProcessor(exporter)


def _sunk(name: str, url: str) -> int:
    with urlopen(f"{url}/sink/{name}") as reply:
        return int(reply.read())


RECORDERS: dict[str, tuple[Watch, str]] = {
    "openai SDK alone": (bare, "openai"),
    "+ two plain writes": (least, ""),
    "+ agentprobe, no trace": (agentprobe_without_trace, ""),
    "+ agentprobe": (agentprobe, "agentprobe-prod"),
    "+ OpenLLMetry": (openllmetry, "opentelemetry-instrumentation-openai"),
    "+ OpenInference": (openinference, "openinference-instrumentation-openai"),
    "+ Logfire": (logfire, "logfire"),
}
"""By name: how to set it up, and the distribution it comes from."""


def version_of(name: str) -> str:
    """The version of the distribution behind an entry, empty where it is none of its own."""
    distribution = RECORDERS[name][1]
    return version(distribution) if distribution else ""
