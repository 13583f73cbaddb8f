"""A receiver of OTLP over HTTP on this machine: what any OpenTelemetry SDK sends is kept line by line."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec

from agentprobe.adapters.otlp import PATH, from_protobuf
from agentprobe.basis.files import AppendLog
from agentprobe.errors import AgentProbeError, ConfigError

MOST_BYTES = 64_000_000
"""A larger request is refused."""


@contextmanager
def receiving(kept: Path, port: int = 0) -> Iterator[str]:
    """While inside, every request with spans becomes a line of OTLP's JSON in `kept`; gives the URL.

    Only this machine can reach it. Raises ConfigError when the port is taken.
    """
    kept.parent.mkdir(parents=True, exist_ok=True)
    log = AppendLog(kept)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), _handler(log))
    except OSError as error:
        raise ConfigError(f"cannot listen on port {port}: {error.strerror}; give another --listen") from error
    thread = Thread(target=server.serve_forever, name="agentprobe-otlp", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        log.close()


def read_request(data: bytes, form: str, coding: str = "") -> dict[str, Any]:
    """One export request as OTLP's JSON; raises ConfigError when it is none."""
    try:
        plain = gzip.decompress(data) if coding == "gzip" else data
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigError(f"no OTLP request: {error}") from error
    if "json" not in form:
        return from_protobuf(plain)
    try:
        found = msgspec.json.decode(plain)
    except msgspec.MsgspecError as error:
        raise ConfigError(f"no OTLP request: {error}") from error
    if not isinstance(found, dict):
        raise ConfigError("no OTLP request: an object is expected")
    return found


def _handler(log: AppendLog) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Takes requests with spans."""

        timeout = 30

        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            if self.path.partition("?")[0] != PATH or not 0 < size <= MOST_BYTES:
                self._reply(404 if size <= MOST_BYTES else 413, b"")
                return
            form = self.headers.get("Content-Type", "")
            try:
                found = read_request(self.rfile.read(size), form, self.headers.get("Content-Encoding", ""))
            except AgentProbeError as error:
                self._reply(400, str(error).encode())
                return
            log.add(msgspec.json.encode(found))
            self._reply(200, b"{}" if "json" in form else b"", form)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

        def _reply(self, status: int, body: bytes, form: str = "text/plain") -> None:
            self.send_response(status)
            self.send_header("Content-Type", form)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
