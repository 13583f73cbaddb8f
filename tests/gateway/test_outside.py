"""The view from outside says nothing untrue of processes that are only about to become what they are."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentprobe.gateway import proc
from agentprobe.gateway.outside import _Outside
from agentprobe.trace.read import read_trace
from agentprobe.trace.writer import TraceWriter

FORKED = """
import os, socket, sys
link = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
child = os.fork()
if child:
    print(child, flush=True)
sys.stdin.read()
"""
pytestmark = pytest.mark.skipif(not proc.readable(), reason="only Linux shows other processes")


@pytest.fixture
def family() -> Iterator[tuple[int, int]]:
    """A Python that has made a connection and a copy of itself."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        words = [sys.executable, "-I", "-c", FORKED, str(server.getsockname()[1])]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
            assert parent.stdout is not None
            yield parent.pid, int(parent.stdout.readline())


def _looked(path: Path, pid: int, times: int) -> list[tuple[str, int]]:
    """Who was told of after so many looks, and with how many connections."""
    writer = TraceWriter(path)
    writer.header(session="s")
    outside = _Outside(pid, writer, 0)
    for _ in range(times):
        outside._look()
    return [(record.by, len(record.connections)) for record in read_trace(path).coverage]


def test_a_copy_that_may_yet_become_another_program_is_named_at_the_second_look(
    family: tuple[int, int], tmp_path: Path
) -> None:
    parent, child = family
    once, twice = _looked(tmp_path / "1.jsonl", parent, 1), _looked(tmp_path / "2.jsonl", parent, 2)
    assert {by for by, _ in once} == {f"outside:{parent}"}
    assert {by for by, _ in twice} == {f"outside:{parent}", f"outside:{child}"}


def test_an_inherited_connection_is_told_of_once(family: tuple[int, int], tmp_path: Path) -> None:
    told = _looked(tmp_path / "3.jsonl", family[0], 3)
    assert [by for by, connections in told if connections] == [f"outside:{family[0]}"]
