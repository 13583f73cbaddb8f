"""The messages of the Model Context Protocol: JSON-RPC, read from a copy of the bytes that pass."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

VERSION = "io.modelcontextprotocol/protocolVersion"
Id = tuple[str, Any]
"""A request's id with its type: in JSON `1` and `"1"` are two ids."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: a request, a notification, or the response to a request."""

    raw: bytes
    """As it stood on the wire; of a message out of a batch, spelled anew."""
    told: Mapping[str, Any] = field(repr=False)

    @property
    def method(self) -> str:
        """What is asked or told; empty for a response."""
        method = self.told.get("method")
        return method if isinstance(method, str) else ""

    @property
    def params(self) -> Mapping[str, Any]:
        """What a request or notification says beside its method."""
        params = self.told.get("params")
        return params if isinstance(params, Mapping) else {}

    @property
    def id(self) -> Id | None:
        """Which request it is, or answers; None for a notification."""
        found = self.told.get("id")
        return None if found is None else (type(found).__name__, found)

    @property
    def cancels(self) -> Id | None:
        """The request that it says is not wanted any more."""
        found = self.params.get("requestId") if self.method == "notifications/cancelled" else None
        return None if found is None else (type(found).__name__, found)

    @property
    def is_request(self) -> bool:
        """Does it ask for a response?"""
        return bool(self.method) and self.id is not None

    @property
    def is_notification(self) -> bool:
        """Does it tell something and ask for nothing?"""
        return bool(self.method) and self.id is None

    @property
    def is_response(self) -> bool:
        """Does it answer a request?"""
        return not self.method and ("result" in self.told or "error" in self.told)

    @property
    def refuses(self) -> bool:
        """Is it a response that says what went wrong?"""
        result = self.told.get("result")
        return "error" in self.told or (isinstance(result, Mapping) and result.get("isError") is True)

    @property
    def stateless(self) -> bool:
        """Does it say which revision it speaks, as do requests of 2026-07-28 on, which shake no hands?"""
        meta = self.params.get("_meta")
        return isinstance(meta, Mapping) and VERSION in meta

    @property
    def answer(self) -> dict[str, Any]:
        """What a response says: `result` or `error`, alone."""
        return {key: self.told[key] for key in ("result", "error") if key in self.told}

    def asking(self, arguments: Any) -> bytes:
        """The same request of a tool with other arguments."""
        return spelled({**self.told, "params": {**self.params, "arguments": arguments}})

    def naming(self, tool: str) -> Message:
        """The same request of another tool."""
        told = {**self.told, "params": {**self.params, "name": tool}}
        return Message(spelled(told), told)

    def answered(self, answer: Mapping[str, Any]) -> bytes:
        """The response to this request that says `answer`."""
        return spelled({"jsonrpc": "2.0", "id": self.told.get("id"), **answer})


def read(data: bytes) -> tuple[Message, ...]:
    """The messages in a line or a body: one, a batch of the older revisions, none in anything else."""
    text = data.strip()
    if not text.startswith((b"{", b"[")):
        return ()
    try:
        told = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return ()
    if isinstance(told, dict):
        return (Message(data, told),) if _speaks(told) else ()
    if told and all(isinstance(one, dict) and _speaks(one) for one in told):
        return tuple(Message(spelled(one), one) for one in told)
    return ()


def notification(method: str) -> Message:
    """A message that tells only its method."""
    told = {"jsonrpc": "2.0", "method": method}
    return Message(spelled(told), told)


def spelled(value: Any) -> bytes:
    """A message, or a batch of them, as bytes; half a character, which has none, as its escape."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def _speaks(told: Mapping[str, Any]) -> bool:
    return told.get("jsonrpc") == "2.0"
