"""What keeps a loop from running for ever."""

from __future__ import annotations

import ast

import pytest

from agentprobe.scan.bounds import has_deadline, has_limit, is_endless, leaves, limited_functions
from agentprobe.scan.module import Module, parse_module


def read(code: str) -> Module:
    return parse_module("loop.py", code.encode(), "loop")


@pytest.mark.parametrize(
    ("head", "endless"),
    [
        ("while True", True),
        ("while tasks", True),
        ("while score < 0.9", True),
        ("for step in itertools.count()", True),
        ("for step in range(5)", False),
        ("while attempts < 5", False),
        ("while time.monotonic() < deadline", False),
        ("while n < 5 and not done", False),
    ],
)
def test_the_head_of_a_loop_may_bound_it(head: str, endless: bool) -> None:
    module = read(f"import itertools, time\n{head}:\n    n += 1\n")
    loop = module.tree.body[-1]
    assert isinstance(loop, ast.While | ast.For)
    assert is_endless(module, loop) is endless


@pytest.mark.parametrize(
    ("body", "limited"),
    [
        ("if cost > 3:\n        break", True),
        ("if self.desk.is_last_step():\n        return", True),
        ("ask(tools if step < most else [])", True),
        ("if n > 5:\n        print(n)", False),
        ("if reply.done:\n        break", False),
        ("if score > 0.9:\n        break", False),
    ],
)
def test_only_a_limit_that_ends_something_is_one(body: str, limited: bool) -> None:
    module = read(f"while True:\n    n += 1\n    {body}\n")
    assert has_limit(module, module.of(ast.While)[0]) is limited


def test_a_deadline_around_a_call_is_seen() -> None:
    code = "import asyncio\nasync def f():\n    async with asyncio.timeout(5):\n        g()\n    h()\n"
    module = read(code)
    found = {ast.unparse(one.func): has_deadline(module, one) for one in module.calls}
    assert (found["g"], found["h"]) == (True, False)


def test_a_block_leaves_when_all_its_ways_do() -> None:
    both = "if a:\n    return\nelse:\n    raise E\n"
    one = "if a:\n    return\n"
    assert leaves(ast.parse(both).body)
    assert not leaves(ast.parse(one).body)


def test_functions_that_raise_at_a_limit_are_named() -> None:
    code = "def ask(n_calls):\n    if n_calls > 5:\n        raise E\n"
    other = "def other(x):\n    raise E\n"
    assert limited_functions(read(code + other)) == ("ask",)
