"""Scripts that are odd, huge, dense or broken are said and never hang, crash or pass for clean."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agentprobe.scan.engine import Scanned, scan
from agentprobe.scan.rule import RULES, overridden

HEAD = 'import OpenAI from "openai";\nconst openai = new OpenAI({ timeout: 9 });\n'
BAD = """
export async function ask(messages) {
  try {
    return await openai.chat.completions.create({ model: "gpt-4.1", messages });
  } catch {
    return null;
  }
}
"""
Scan = Callable[[bytes], Scanned]


@pytest.fixture
def of_bytes(tmp_path: Path) -> Scan:
    """A scan of one script by all rules that look at scripts."""

    def go(raw: bytes) -> Scanned:
        (tmp_path / "agent.ts").write_bytes(raw)
        return scan(tmp_path, rules=[rule() for rule in RULES if overridden(rule, "in_script")])

    return go


def why(scanned: Scanned) -> str:
    """Why the one file was not scanned, or not all of it."""
    assert not scanned.broken
    [one] = scanned.skipped
    return one.why


def test_minified_code_is_said_and_not_scanned(of_bytes: Scan) -> None:
    dense = "!function(e,t){var n=e.a(t);if(n){return n.b?n.c:n.d}else{for(;;){n=e.f(n)}}}(this,{});"
    assert why(of_bytes((HEAD + dense * 200).encode())) == "it is minified or generated"


def test_a_long_prompt_in_one_line_is_no_minified_code(of_bytes: Scan) -> None:
    prompt = "You are the desk of a shop, and answer what people ask of their orders. " * 200
    found = of_bytes(f"{HEAD}const SYSTEM = `{prompt}`;\n{BAD}".encode())
    assert [one.code for one in found.findings] == ["ERR001"]
    assert not found.skipped


@pytest.mark.parametrize(
    "deep",
    [
        "(\n" * 5_000 + "1" + ")\n" * 5_000,
        "[\n" * 5_000 + "]\n" * 5_000,
        "f(\n" * 3_000 + ")\n" * 3_000,
        "a" + ".b()\n" * 3_000,
    ],
    ids=["parentheses", "lists", "calls", "chain"],
)
def test_deep_nesting_is_said(of_bytes: Scan, deep: str) -> None:
    assert "nested too deeply" in why(of_bytes(f"{HEAD}const x = {deep};\n{BAD}".encode()))


def test_huge_literals_and_many_statements_end_soon(of_bytes: Scan) -> None:
    many = "\n".join(
        f"const v{at} = call{at}(v{at - 1}, {{ a: {at}, b: [1, 2, 3] }});" for at in range(1, 6_000)
    )
    begun = time.process_time()
    found = of_bytes(f"{HEAD}{many}\n{BAD}".encode())
    assert [one.code for one in found.findings] == ["ERR001"]
    assert time.process_time() - begun < 20


def test_a_file_that_is_too_large_is_said(of_bytes: Scan) -> None:
    rows = "\n".join(f'  {{ id: {at}, text: "some words of a row that is data" }},' for at in range(20_000))
    assert "more than 800,000" in why(of_bytes(f"{HEAD}const rows = [\n{rows}\n];\n".encode()))


def test_broken_syntax_is_said_and_the_rest_is_scanned(of_bytes: Scan) -> None:
    found = of_bytes(f"{HEAD}function broken( {{ const = ;;; }}\n{BAD}".encode())
    assert "its syntax is not understood in line" in why(found)


def test_an_error_in_one_function_hides_no_other(of_bytes: Scan) -> None:
    found = of_bytes(
        f"{HEAD}{BAD}\nexport function other() {{\n  const x = 1 +* 2;\n  return x;\n}}\n".encode()
    )
    assert [one.code for one in found.findings] == ["ERR001"]
    assert why(found).startswith("its syntax is not understood in line 13")


def test_other_encodings_are_said_and_a_mark_at_the_beginning_is_read(of_bytes: Scan) -> None:
    assert "not utf-8" in why(of_bytes((HEAD + "const name = 'é';\n" + BAD).encode("latin-1")))
    found = of_bytes(b"\xef\xbb\xbf" + (HEAD + BAD).encode())
    assert [(one.code, one.place.line) for one in found.findings] == [("ERR001", 7)]
    assert not found.skipped


def test_nothing_but_noise_is_no_crash(of_bytes: Scan) -> None:
    for raw in (
        b'"openai"' + b"}" * 500,
        b"'ai'\x00\x01\x02",
        b"import x from 'ai'; <<<<<<< HEAD\n=======\n>>>>>>> b\n",
        b"`${`${`${'ai'",
    ):
        assert not of_bytes(raw).broken


def test_names_that_mean_each_other_end(of_bytes: Scan) -> None:
    loops = "const a = b; const b = a; let c = d(c); function d(x) { return d(d(x)); } const e = { ...e };\n"
    found = of_bytes(
        f"{HEAD}{loops}openai.chat.completions.create({{ ...e, messages: a, model: b }});\n{BAD}".encode()
    )
    assert not found.broken
    assert [one.code for one in found.findings] == ["ERR001"]
