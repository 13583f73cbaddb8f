"""Spans in OTLP's JSON, and back out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import Any, TypeVar

from agentprobe.trace.otlp.span import Event, Kind, Span, Status

SCOPE = "agentprobe"
E = TypeVar("E", Kind, Status)


def to_otlp(spans: Iterable[Span], resource: Mapping[str, Any]) -> dict[str, Any]:
    """An export request as OTLP/JSON has it."""
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes(resource)},
                "scopeSpans": [{"scope": {"name": SCOPE}, "spans": [_span(span) for span in spans]}],
            }
        ]
    }


def from_otlp(request: Mapping[str, Any]) -> Iterator[Span]:
    """The spans of an export request; whatever is no span in it is passed over."""
    for resource in _list(request, "resourceSpans", "resource_spans"):
        for scope in _list(resource, "scopeSpans", "scope_spans"):
            yield from (_read(span) for span in _list(scope, "spans"))


def _span(span: Span) -> dict[str, Any]:
    written: dict[str, Any] = {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "name": span.name,
        "kind": int(span.kind),
        "startTimeUnixNano": str(span.start),
        "endTimeUnixNano": str(span.end),
        "attributes": _attributes(span.attributes),
        "events": [_event(event) for event in span.events],
        "status": {"code": int(span.status), **({"message": span.message} if span.message else {})},
    }
    return written | ({"parentSpanId": span.parent_id} if span.parent_id else {})


def _event(event: Event) -> dict[str, Any]:
    return {
        "name": event.name,
        "timeUnixNano": str(event.at),
        "attributes": _attributes(event.attributes),
    }


def _attributes(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in values.items()]


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list | tuple):
        return {"arrayValue": {"values": [_value(entry) for entry in value]}}
    return {"stringValue": str(value)}


def _read(span: Mapping[str, Any]) -> Span:
    status = _mapping(span.get("status"))
    return Span(
        name=str(span.get("name", "")),
        trace_id=str(_get(span, "traceId", "trace_id") or "").lower(),
        span_id=str(_get(span, "spanId", "span_id") or "").lower(),
        parent_id=str(_get(span, "parentSpanId", "parent_span_id") or "").lower(),
        kind=_enum(Kind, span.get("kind"), "SPAN_KIND_"),
        start=_whole(_get(span, "startTimeUnixNano", "start_time_unix_nano")),
        end=_whole(_get(span, "endTimeUnixNano", "end_time_unix_nano")),
        attributes=_unpacked(_list(span, "attributes")),
        events=tuple(
            Event(
                name=str(event.get("name", "")),
                at=_whole(_get(event, "timeUnixNano", "time_unix_nano")),
                attributes=_unpacked(_list(event, "attributes")),
            )
            for event in _list(span, "events")
        ),
        status=_enum(Status, status.get("code"), "STATUS_CODE_"),
        message=str(status.get("message", "")),
    )


def _unpacked(pairs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {str(pair.get("key", "")): _plain(_mapping(pair.get("value"))) for pair in pairs}


def _plain(value: Mapping[str, Any]) -> Any:
    ((form, held), *_) = [*value.items(), ("", None)]
    match form.replace("_", "").lower():
        case "intvalue":
            return _whole(held)
        case "doublevalue":
            return _number(held)
        case "arrayvalue":
            return [_plain(entry) for entry in _list(_mapping(held), "values")]
        case "kvlistvalue":
            return _unpacked(_list(_mapping(held), "values"))
        case _:
            return held


def _enum(kind: type[E], said: Any, prefix: str) -> E:
    if isinstance(said, str) and not said.isdecimal():
        return kind.__members__.get(said.removeprefix(prefix), kind(0))
    number = _whole(said)
    return kind(number) if number in set(kind) else kind(0)


def _whole(said: Any) -> int:
    """A whole number, however an exporter has written it; 0 for what is none, or longer than any is."""
    if isinstance(said, str) and len(said) <= _DIGITS:
        return int(said) if said.strip().lstrip("-").isdecimal() else 0
    return int(_number(said)) if isinstance(said, float) else said if isinstance(said, int) else 0


def _number(said: Any) -> float:
    """A number with a fraction; 0 for what is none, or has no end."""
    try:
        found = float(said)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return found if isfinite(found) else 0.0


_DIGITS = 20
"""A number of 64 bits has no more, with its sign."""


def _mapping(said: Any) -> Mapping[str, Any]:
    return said if isinstance(said, Mapping) else {}


def _list(value: Mapping[str, Any], *names: str) -> list[Mapping[str, Any]]:
    found = _get(value, *names)
    return [entry for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else []


def _get(value: Mapping[str, Any], *names: str) -> Any:
    return next((value[name] for name in names if name in value), None)
