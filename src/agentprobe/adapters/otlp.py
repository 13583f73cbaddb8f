"""To hand spans to whoever takes OTLP: over HTTP as protobuf or JSON, or over gRPC."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import msgspec

from agentprobe.errors import ConfigError, MissingExtra
from agentprobe.trace.otlp.encode import to_otlp
from agentprobe.trace.otlp.span import Span

PATH = "/v1/traces"
METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
MOST_BYTES = 3_000_000
"""So much goes into one request; a receiver over gRPC takes 4 MB unless it is told otherwise."""
PATIENCE = 30
"""Seconds to wait for a receiver."""
_IDS = ("traceId", "spanId", "parentSpanId")


@dataclass(frozen=True)
class Sent:
    """What became of the spans."""

    spans: int
    rejected: int = 0
    why: str = ""


def send(
    spans: Iterable[Span],
    resource: Mapping[str, Any],
    url: str,
    *,
    protocol: str = "protobuf",
    headers: Mapping[str, str] | None = None,
) -> Sent:
    """Send spans to a receiver; `protocol` is `protobuf`, `json` or `grpc`.

    Raises ConfigError when it cannot be reached or refuses, MissingExtra without the extra `otlp`.
    """
    count, rejected, why = 0, 0, ""
    for batch in _batches(spans):
        payload = to_otlp(batch, resource)
        over = _grpc if protocol == "grpc" else _http
        left_out, said = over(payload, url, protocol, dict(headers or {}))
        count, rejected, why = count + len(batch), rejected + left_out, said or why
    return Sent(count, rejected, why)


def protobuf_is_there() -> bool:
    """Is the extra `otlp` installed?"""
    try:
        import opentelemetry.proto.collector.trace.v1.trace_service_pb2  # noqa: F401 - only to see whether it is there
    except ImportError:
        return False
    return True


def to_protobuf(payload: Mapping[str, Any]) -> bytes:
    """An OTLP/JSON request as protobuf."""
    parse, request = _messages()
    turned = _ids(payload, lambda text: base64.b64encode(bytes.fromhex(text)).decode())
    data: bytes = parse.ParseDict(turned, request()).SerializeToString()
    return data


def from_protobuf(data: bytes) -> dict[str, Any]:
    """A protobuf request as OTLP/JSON; raises ConfigError when it is none."""
    parse, request = _messages()
    try:
        message = request.FromString(data)
    except Exception as error:  # protobuf's own DecodeError, which cannot be named before it is imported
        raise ConfigError(f"no OTLP request: {error}") from error
    found: dict[str, Any] = _ids(parse.MessageToDict(message), lambda text: base64.b64decode(text).hex())
    return found


def _batches(spans: Iterable[Span]) -> Iterator[list[Span]]:
    batch: list[Span] = []
    size = 0
    for span in spans:
        length = len(msgspec.json.encode(to_otlp([span], {})))
        if batch and size + length > MOST_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(span)
        size += length
    if batch:
        yield batch


def _http(payload: dict[str, Any], url: str, protocol: str, headers: dict[str, str]) -> tuple[int, str]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ConfigError(f"no URL of a receiver: {url}; write it as http://127.0.0.1:4318")
    target = url if parts.path not in ("", "/") else url.rstrip("/") + PATH
    form = "application/json" if protocol == "json" else "application/x-protobuf"
    data = msgspec.json.encode(payload) if protocol == "json" else to_protobuf(payload)
    request = Request(target, data, {"Content-Type": form, **headers}, method="POST")  # noqa: S310 - http and https only
    try:
        with urlopen(request, timeout=PATIENCE) as reply:  # noqa: S310 - the same
            return _partly(reply.read(), protocol)
    except HTTPError as error:
        raise ConfigError(f"{target} refused the spans with status {error.code}: {_said(error)}") from error
    except OSError as error:
        raise ConfigError(f"cannot reach {target}: {error}") from error


def _partly(data: bytes, protocol: str) -> tuple[int, str]:
    """What a receiver says that it left out."""
    if not data:
        return 0, ""
    try:
        if protocol == "json":
            found = msgspec.json.decode(data).get("partialSuccess") or {}
            return int(found.get("rejectedSpans") or 0), str(found.get("errorMessage") or "")
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

        said = ExportTraceServiceResponse.FromString(data).partial_success
    except Exception:  # noqa: BLE001 - receivers answer a success with whatever they like
        return 0, ""
    return int(said.rejected_spans), str(said.error_message)


def _grpc(payload: dict[str, Any], url: str, _: str, headers: dict[str, str]) -> tuple[int, str]:
    try:
        import grpc
    except ImportError as error:
        raise MissingExtra("sending spans over gRPC", "otlp") from error
    parts = urlsplit(url if "://" in url else f"http://{url}")
    data = to_protobuf(payload)
    secure = parts.scheme == "https"
    made = grpc.secure_channel(parts.netloc, grpc.ssl_channel_credentials()) if secure else None
    with made or grpc.insecure_channel(parts.netloc) as channel:
        metadata = [(name.lower(), value) for name, value in headers.items()]
        try:
            reply = channel.unary_unary(METHOD)(data, timeout=PATIENCE, metadata=metadata)
        except grpc.RpcError as error:
            raise ConfigError(f"cannot send spans to {parts.netloc}: {_status(error)}") from error
    return _partly(reply, "grpc")


def _status(error: Any) -> str:
    return f"{error.code().name} {error.details()}"


def _said(error: HTTPError) -> str:
    return error.read(300).decode("utf-8", "replace")


def _messages() -> tuple[Any, Any]:
    try:
        from google.protobuf import json_format
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    except ImportError as error:
        raise MissingExtra("OTLP as protobuf", "otlp") from error
    return json_format, ExportTraceServiceRequest


def _ids(value: Any, turned: Any) -> Any:
    """The same with every id written the other way: OTLP has hexadecimal digits, protobuf's JSON base64."""
    if isinstance(value, Mapping):
        return {
            key: turned(part) if key in _IDS and isinstance(part, str) else _ids(part, turned)
            for key, part in value.items()
        }
    return [_ids(part, turned) for part in value] if isinstance(value, list) else value
