"""Spans on the wire: to real receivers over HTTP and gRPC, and from them into traces."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from agentprobe.adapters.otlp import from_protobuf, send, to_protobuf
from agentprobe.adapters.otlp_receiver import receiving
from agentprobe.cli.main import main
from agentprobe.errors import ConfigError
from agentprobe.trace.otlp.encode import from_otlp, to_otlp
from agentprobe.trace.otlp.span import Span
from agentprobe.trace.otlp.spans import spans_of
from agentprobe.trace.read import read_trace

GOLDEN = Path(__file__).parents[1] / "golden" / "trace_v1.jsonl"
SPANS = spans_of(read_trace(GOLDEN), content=True)


class _Servicer(trace_service_pb2_grpc.TraceServiceServicer):
    """The service as opentelemetry-proto describes it."""

    def __init__(self, rejected: int = 0) -> None:
        self.requests: list[Any] = []
        self.metadata: dict[str, str] = {}
        self.rejected = rejected

    def Export(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        self.metadata = dict(context.invocation_metadata())
        reply = trace_service_pb2.ExportTraceServiceResponse()
        reply.partial_success.rejected_spans = self.rejected
        reply.partial_success.error_message = "too old" if self.rejected else ""
        return reply


@contextmanager
def _grpc(servicer: _Servicer) -> Iterator[str]:
    server = grpc.server(ThreadPoolExecutor(1))
    add: Any = trace_service_pb2_grpc.add_TraceServiceServicer_to_server
    add(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


def test_spans_survive_protobuf() -> None:
    payload = to_otlp(SPANS, {"service.name": "x"})
    assert tuple(from_otlp(from_protobuf(to_protobuf(payload)))) == SPANS


def test_a_grpc_receiver_gets_every_span_with_its_ids_and_headers() -> None:
    servicer = _Servicer()
    with _grpc(servicer) as target:
        sent = send(SPANS, {"service.name": "x"}, target, protocol="grpc", headers={"Api-Key": "k"})
    (request,) = servicer.requests
    got = [
        span for resource in request.resource_spans for scope in resource.scope_spans for span in scope.spans
    ]
    assert (sent.spans, sent.rejected) == (len(SPANS), 0)
    assert [span.span_id.hex() for span in got] == [span.span_id for span in SPANS]
    assert servicer.metadata["api-key"] == "k"


def test_what_a_receiver_leaves_out_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with _grpc(_Servicer(rejected=3)) as target:
        assert main(["export", str(GOLDEN), "--otlp", target, "--grpc"]) == 2
    assert "left out 3 of 18 spans: too old" in capsys.readouterr().err


@pytest.mark.parametrize("protocol", ["protobuf", "json"])
def test_a_receiver_over_http_keeps_what_it_is_sent(protocol: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    with receiving(kept) as url:
        send(SPANS, {}, url, protocol=protocol)
        data = gzip.compress(to_protobuf(to_otlp(SPANS[:1], {})))
        head = {"Content-Type": "application/x-protobuf", "Content-Encoding": "gzip"}
        urlopen(Request(f"{url}/v1/traces", data, head), timeout=5).close()
        for bad, form in ((b"{", "application/json"), (b"\xff", "application/x-protobuf")):
            with pytest.raises(HTTPError, match="400"):
                urlopen(Request(f"{url}/v1/traces", bad, {"Content-Type": form}), timeout=5)
    assert main(["import", str(kept), "--out", str(tmp_path / "traces")]) == 0
    (made,) = (tmp_path / "traces").glob("*.jsonl")
    assert len(read_trace(made).model_calls) == 5


def test_a_large_trace_goes_in_several_requests() -> None:
    told = {"a": "x" * 900_000}
    big = [Span(name="n", trace_id="0" * 32, span_id=f"{n:016x}", attributes=told) for n in range(7)]
    servicer = _Servicer()
    with _grpc(servicer) as target:
        assert send(big, {}, target, protocol="grpc").spans == 7
    assert len(servicer.requests) == 3


def test_a_receiver_that_is_not_there_is_named() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ConfigError, match="cannot reach http://127"):
        send(SPANS, {}, url)
    with pytest.raises(ConfigError, match="no URL of a receiver"):
        send(SPANS, {}, "localhost:4318")


def test_export_to_a_file_and_import_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "spans.json"
    assert (
        main(["export", str(GOLDEN), "--file", str(out), "--convention", "openinference", "--content"]) == 0
    )
    assert main(["import", str(out), "--out", str(tmp_path)]) == 0
    assert "5 model calls and 6 tool calls" in capsys.readouterr().out
    assert main(["import", str(out), "--out", str(tmp_path)]) == 2
    assert main(["export", str(GOLDEN)]) == 2
    assert main(["import"]) == 2
    (tmp_path / "bad.json").write_text("{\n{")
    assert main(["import", str(tmp_path / "bad.json"), "--out", str(tmp_path)]) == 2
    assert "bad.json, line 1: no JSON" in capsys.readouterr().err
