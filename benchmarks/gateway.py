"""What standing between an agent and its provider costs: the gateway beside nginx and mitmproxy.

Run: python benchmarks/gateway.py (`make bench` makes the environments that it looks for)

Provider, proxy and client are processes of this machine; the provider answers at once with fixed bytes, so
all that differs is what stands between. Everything is measured in turn, round after round, with whatever
capture the proxy has switched on (nginx has none but its access log). It ends within two minutes.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from agentprobe.adapters.orders import Orders
from agentprobe.gateway.background import new_loop
from agentprobe.gateway.server import Gateway
from asking import CLIENTS, first_token, latencies, load
from beside import Beside, beside
from measure import middle
from stub import ANSWER, STREAM_END, WORDS

SECONDS = 1.0
"""How long each proxy is loaded in a round."""
ROUNDS = 5
KINDS = {"JSON": ("", ANSWER, 400), f"{len(WORDS) + 2} events at once": ("stream/", STREAM_END, 100)}
"""What is asked: a part of the path, how the answer ends, how often for the latency in a round."""
HERE = Path(__file__).parent
MITMDUMP = HERE.parent / ".venvs" / "mitmproxy" / "bin" / "mitmdump"

# -- what stands between -----------------------------------------------------------------------------

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log crit;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    access_log {folder}/access.log; tcp_nodelay on; keepalive_requests 1000000;
    upstream provider {{ server {provider}; keepalive 64; keepalive_requests 1000000; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection "";
            proxy_buffering off;
        }}
    }}
}}
"""


@dataclass
class Between:
    """A proxy under measure, or none, and what was measured of it."""

    name: str
    url: str
    process: Beside | None = None
    latencies: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    """Milliseconds of each answer, one after another."""
    cpu: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    """Microseconds of the proxy's CPU time a request, one figure a round."""
    rates: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    """Answers a second with all clients asking at once, one figure a round."""


def betweens(stack: ExitStack, provider: str, folder: Path) -> Iterator[Between]:
    """Start whatever can be started here; say of the rest why it cannot."""
    yield Between("direct", provider)
    for name, trace in (("gateway, no trace", ""), ("gateway", str(folder / "bench.jsonl"))):
        gateway = stack.enter_context(beside([sys.executable, __file__, provider, trace]))
        yield Between(name, gateway.said, gateway)
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if nginx is None:
        print("nginx: not installed here (Debian: apt-get install nginx-light)")
    else:
        yield _nginx(stack, nginx, provider, folder)
    if MITMDUMP.exists():
        yield from _mitmproxy(stack, provider, folder)
    else:
        print("mitmproxy: not installed here (make bench does it)")


def _nginx(stack: ExitStack, program: str, provider: str, folder: Path) -> Between:
    port, settings = _free_port(), folder / "nginx.conf"
    text = NGINX.format(folder=folder, port=port, provider=provider.removeprefix("http://"))
    settings.write_text(text)
    command = [program, "-p", str(folder), "-c", str(settings)]
    version = subprocess.run([program, "-v"], capture_output=True, text=True, check=True).stderr
    return _started(stack, f"nginx {version.strip().rpartition('/')[2]}", command, port)


def _mitmproxy(stack: ExitStack, provider: str, folder: Path) -> Iterator[Between]:
    told = subprocess.run([MITMDUMP, "--version"], capture_output=True, text=True, check=True).stdout
    version = told.partition("\n")[0].rpartition(" ")[2]
    for name, options in (("", []), (" streaming", ["--set", "stream_large_bodies=1"])):
        port = _free_port()
        kept = str(folder / f"flows{port}")
        listening = ["--listen-host", "127.0.0.1", "-p", str(port), "--set", f"confdir={folder}"]
        command = [str(MITMDUMP), "-q", "-m", f"reverse:{provider}", "-w", kept, *listening, *options]
        yield _started(stack, f"mitmproxy {version}{name}", command, port)


def _started(stack: ExitStack, name: str, command: list[str], port: int) -> Between:
    process = stack.enter_context(beside(command, speaks=False))
    deadline = time.perf_counter() + 15
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.perf_counter() > deadline or process.process.poll() is not None:
                raise RuntimeError(f"{name} does not listen") from None
            time.sleep(0.05)
        else:
            return Between(name, f"http://127.0.0.1:{port}", process)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def guard(upstream: str, trace: str) -> None:
    """Be the gateway until the standard input ends."""
    gateway = Gateway()
    await gateway.start()
    opened = Orders(id="bench", trace=Path(trace) if trace else None).open()
    print(gateway.open_session(opened, {"openai": upstream}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


# -- the table ---------------------------------------------------------------------------------------


def one_round(between: Between) -> None:
    """Measure everything of one proxy once."""
    for kind, (part, end, count) in KINDS.items():
        between.latencies[kind] += latencies(between.url, part, end, count)
        before = between.process.cpu() if between.process else 0.0
        answered, seconds = new_loop().run_until_complete(load(between.url, part, end, SECONDS))
        between.rates[kind].append(answered / seconds)
        if between.process is not None:
            between.cpu[kind].append((between.process.cpu() - before) / answered * 1e6)


def shown(measured: list[Between]) -> None:
    """Print a table for each kind of question, and the time to the first token."""
    for kind in KINDS:
        print(f"\n{kind}; CPU and rate: median of {ROUNDS} rounds (range)")
        heads = (f"{'p50 ms':>7} {'p99 ms':>7}", "CPU us a request", f"a second, {CLIENTS} clients")
        print(f"{'':26} {heads[0]} {heads[1]:>24} {heads[2]:>24}")
        for between in measured:
            times = sorted(between.latencies[kind])
            p50, p99 = times[len(times) // 2], times[-max(len(times) // 100, 1)]
            cpu, rate = _range(between.cpu[kind]), _range(between.rates[kind])
            print(f"{between.name:26} {p50:7.3f} {p99:7.3f} {cpu:>24} {rate:>24}")
    print("\nfirst token of a stream that brings one every 20 ms")
    for between in measured:
        print(f"{between.name:26} {first_token(between.url):7.1f} ms")


def _range(values: list[float]) -> str:
    return f"{middle(values):,.0f} ({min(values):,.0f}–{max(values):,.0f})" if values else "-"


def main() -> None:
    """Measure everything that can be started here."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        provider = stack.enter_context(beside([sys.executable, str(HERE / "stub.py")]))
        measured = list(betweens(stack, provider.said, Path(name)))
        for _ in range(ROUNDS):
            for between in measured:
                one_round(between)
        shown(measured)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        new_loop().run_until_complete(guard(sys.argv[1], sys.argv[2]))
    else:
        main()
