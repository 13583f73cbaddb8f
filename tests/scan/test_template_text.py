"""Texts of expressions, with names in the place of what is filled in."""

from __future__ import annotations

import ast

import pytest

from agentprobe.scan.module import parse_module
from agentprobe.scan.template_text import text_of


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ('"a" "b"', "ab"),
        ('f"a {x.y} b {1 + 1}"', "a {x.y} b 2"),
        ('"a {x}".format(x=1).strip()', "a {x}"),
        ('"a " + name + " b"', "a {name} b"),
        ("name + other", ""),
        ('"\\n".join(["a", f"b{c}"])', "a\nb{c}"),
        ('" ".join(["a", "b"])', "a b"),
        ('"a %s" % b', "a %s"),
        ('textwrap.dedent(f"a {b}")', "a {b}"),
        ("load()", ""),
    ],
)
def test_the_text_of_an_expression(code: str, text: str) -> None:
    module = parse_module("a.py", f"import textwrap\nit = {code}\n".encode(), "a")
    (assign,) = module.of(ast.Assign)
    assert text_of(module, assign.value)[0] == text


def test_a_sum_of_very_many_parts_is_cut_and_does_no_harm() -> None:
    module = parse_module("a.py", b"it = " + b" + ".join([b'"a"'] * 800), "a")
    (assign,) = module.of(ast.Assign)
    assert text_of(module, assign.value)[0].startswith("aaa")
