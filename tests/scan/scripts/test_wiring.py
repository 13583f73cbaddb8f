"""Scripts in a scan: which are read, what comments allow, what is kept, what the report shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from agentprobe.scan.engine import Scanned, Session
from agentprobe.scan.rule import RULES, overridden

ASK = """\
import OpenAI from "openai";
const openai = new OpenAI({{ timeout: 9_000 }});
export async function ask(messages) {{
  try {{
    return await openai.chat.completions.create({{ model: "gpt-4.1", messages }});
  {comment}}} catch {{
    return null;
  }}
}}
"""
SWALLOWED = "model-error-swallowed"


def test_scripts_of_every_ending_are_scanned(scanned: Callable[..., Scanned]) -> None:
    for ending in ("ts", "js", "mjs", "cjs", "mts", "cts"):
        found = scanned({f"a.{ending}": ASK.format(comment="")}, SWALLOWED)
        assert [one.place.path for one in found.findings if one.place.path == f"a.{ending}"], ending


def test_a_script_without_a_word_of_agents_is_counted_and_not_parsed(scanned: Callable[..., Scanned]) -> None:
    found = scanned(
        {"a.ts": ASK.format(comment=""), "b.ts": "export const sum = (a, b) => a + b;\n"}, SWALLOWED
    )
    assert (found.files, found.by_words, len(found.findings)) == (2, 1, 1)
    assert list(found.project.scripts) == ["a.ts"]


def test_a_comment_with_a_reason_allows_a_finding(scanned: Callable[..., Scanned]) -> None:
    comment = f"// agentprobe: allow {SWALLOWED} -- the caller asks a person\n  "
    found = scanned({"a.ts": ASK.format(comment=comment)}, SWALLOWED)
    assert not found.findings
    assert [reason for _, reason in found.allowed] == ["the caller asks a person"]


def test_a_comment_without_a_reason_allows_nothing(scanned: Callable[..., Scanned]) -> None:
    found = scanned({"a.ts": ASK.format(comment=f"// agentprobe: allow {SWALLOWED}\n  ")}, SWALLOWED)
    assert len(found.findings) == 1
    assert "without a reason" in found.notices[0].text


def test_what_was_found_is_kept_until_the_script_changes(tmp_path: Path) -> None:
    rules = [RULES.get("model_error_swallowed")()]
    (tmp_path / "a.ts").write_text(ASK.format(comment=""))
    kept = tmp_path / "kept.msgpack"
    first = Session(root=tmp_path, rules=rules, cache=kept).scan()
    second = Session(root=tmp_path, rules=rules, cache=kept).scan()
    assert kept.exists()
    assert first.findings == second.findings
    assert first.project.scripts == second.project.scripts
    (tmp_path / "a.ts").write_text(ASK.format(comment="").replace("return null", "throw new Error()"))
    assert not Session(root=tmp_path, rules=rules, cache=kept).scan().findings


def test_a_session_hears_of_an_unsaved_change(tmp_path: Path) -> None:
    (tmp_path / "a.ts").write_text("export const nothing = 1;\n")
    session = Session(root=tmp_path, rules=[RULES.get("model_error_swallowed")()])
    assert not session.scan().findings
    session.overlays["a.ts"] = ASK.format(comment="").encode()
    assert len(session.scan().findings) == 1
    session.overlays["a.ts"] = b"export const nothing = 2;\n"
    assert not session.scan().findings


def test_scripts_alone_ask_for_no_readiness_of_python_agents(scanned: Callable[..., Scanned]) -> None:
    found = scanned({"a.ts": ASK.format(comment="")})
    assert {one.code for one in found.findings} == {"ERR001", "TMP007"}


def test_the_guide_names_every_rule_that_looks_at_scripts() -> None:
    """Those that look at the project's scripts have a method for it, or read the models that they name."""
    guide = (Path(__file__).parents[3] / "docs" / "guide" / "scan.md").read_text()
    told = guide.partition("These rules look at scripts:")[2].partition(". The others")[0]
    named = set(re.findall(r"`([\w-]+)`", told))
    of_models = {"model-retired", "floating-model-alias"}
    wanted = {
        rule.name
        for rule in RULES
        if overridden(rule, "in_script") or hasattr(rule, "_scripts") or rule.name in of_models
    }
    assert named == wanted
