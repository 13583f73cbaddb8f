"""An editor shows findings while one writes, offers fixes, allows, pages, and keeps to the settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from lsprotocol import types

Play = Callable[[Callable[[Any], Awaitable[None]]], int | None]
HTTP = """\
import requests
from langchain_core.tools import tool

@tool
def price(number: str) -> str:
    "The price of an item."
    text = "😋"; found = requests.get(f"https://shop.example/{number}")
    found.raise_for_status()
    return found.json()["price"]
"""
MENDED = HTTP.replace('{number}")', '{number}", timeout=30)')
RULE = "LAT002 tool-http-no-timeout"


def test_findings_come_and_go_with_a_text_that_is_not_saved(editing: Play) -> None:
    async def scene(editor: Any) -> None:
        editor.open("shop.py", HTTP)
        [shown] = await editor.diagnostics("shop.py", 1)
        assert shown.code == RULE
        assert shown.severity is types.DiagnosticSeverity.Error
        assert "timeout" in shown.message
        assert shown.range.start == types.Position(line=6, character=25)  # the smile takes two units
        editor.change("shop.py", MENDED, 2)
        assert await editor.diagnostics("shop.py", 2) == []
        editor.change("shop.py", HTTP, 3)
        assert len(await editor.diagnostics("shop.py", 3)) == 1

    assert editing(scene) == 0


def test_a_safe_fix_is_offered_and_mends(editing: Play) -> None:
    async def scene(editor: Any) -> None:
        editor.open("shop.py", HTTP)
        shown = await editor.diagnostics("shop.py", 1)
        fix, allow = await editor.actions("shop.py", shown[0].range, shown)
        assert (fix.title, fix.is_preferred) == ("LAT002: add timeout=30", True)
        assert list(fix.diagnostics) == shown
        assert editor.applied(HTTP, fix) == MENDED
        assert allow.title == "LAT002: allow it here, with a reason"
        [every] = await editor.actions("shop.py", shown[0].range, shown, only=["source.fixAll"])
        assert editor.applied(HTTP, every) == MENDED
        editor.change("shop.py", f"# moved\n\n{HTTP}", 2)  # and asked before it is scanned
        below = types.Range(
            start=types.Position(line=8, character=0), end=types.Position(line=9, character=0)
        )
        fix = (await editor.actions("shop.py", below, []))[0]
        assert editor.applied(f"# moved\n\n{HTTP}", fix) == f"# moved\n\n{MENDED}"

    editing(scene)


def test_a_fix_that_changes_what_the_agent_does_says_so(editing: Play) -> None:
    code = """\
from openai import OpenAI
from tenacity import retry, stop_after_attempt

client = OpenAI(timeout=30, max_retries=0)

@retry(stop=stop_after_attempt(3))
def ask(messages):
    return client.chat.completions.create(model="gpt-5", messages=messages)
"""

    async def scene(editor: Any) -> None:
        editor.open("ask.py", code)
        shown = await editor.diagnostics("ask.py", 1)
        [broad] = [one for one in shown if str(one.code).startswith("ERR005")]
        titles = [one.title for one in await editor.actions("ask.py", broad.range, [broad])]
        assert any(one.endswith("(the agent may behave in another way)") for one in titles)
        assert await editor.actions("ask.py", broad.range, [broad], only=["source.fixAll"]) == []

    editing(scene)


def test_a_comment_allows_a_finding_once_its_reason_is_written(editing: Play) -> None:
    async def scene(editor: Any) -> None:
        editor.open("shop.py", HTTP)
        shown = await editor.diagnostics("shop.py", 1)
        allow = (await editor.actions("shop.py", shown[0].range, shown))[-1]
        text = editor.applied(HTTP, allow)
        assert "    # agentprobe: allow tool-http-no-timeout -- \n" in text
        editor.change("shop.py", text, 2)
        told = await editor.diagnostics("shop.py", 2)
        assert {one.code for one in told} == {RULE, None}
        assert any("without a reason" in one.message for one in told)
        editor.change("shop.py", text.replace("-- ", "-- the server is ours"), 3)
        assert await editor.diagnostics("shop.py", 3) == []

    editing(scene)


def test_a_finding_under_the_pointer_shows_its_page(editing: Play) -> None:
    async def scene(editor: Any) -> None:
        editor.open("shop.py", HTTP)
        [shown] = await editor.diagnostics("shop.py", 1)
        assert "**Breaks**" in await editor.hover("shop.py", shown.range.start)
        assert await editor.hover("shop.py", types.Position(line=0, character=0)) == ""

    editing(scene)


def test_settings_are_kept_to_and_read_again_when_they_are_saved(editing: Play, tmp_path: Path) -> None:
    settings = tmp_path / "agentprobe.toml"
    settings.write_text('[scan]\nignore = ["LAT002"]\n')

    async def scene(editor: Any) -> None:
        editor.open("shop.py", HTTP)
        assert await editor.diagnostics("shop.py", 1) == []
        settings.write_text("[scan]\n")
        editor.save("agentprobe.toml")
        await editor.until(lambda: editor.count("shop.py") == 1)
        settings.write_text('[scan]\nignore = ["LAT999"]\n')
        editor.save("agentprobe.toml")
        await editor.until(lambda: any("unknown rule 'LAT999'" in one for one in editor.said))

    editing(scene)


def test_one_file_knows_of_another(editing: Play) -> None:
    client = "from openai import OpenAI\n\nclient = OpenAI(timeout=30)\n"
    ask = """\
from llm import client


def ask(messages):
    return client.chat.completions.create(model="gpt-4.1", messages=messages, temperature=0, max_tokens=900)
"""

    def late(shown: list[types.Diagnostic]) -> bool:
        return any(str(one.code).startswith("LAT001") for one in shown)

    async def scene(editor: Any) -> None:
        editor.open("llm.py", client)
        editor.open("ask.py", ask)
        assert not late(await editor.diagnostics("ask.py", 1))
        editor.change("llm.py", client.replace("timeout=30", ""), 2)
        assert late(await editor.diagnostics("llm.py", 2)) or late(await editor.diagnostics("ask.py", 1))

    editing(scene)


def test_a_file_that_is_closed_shows_nothing_more(editing: Play) -> None:
    async def scene(editor: Any) -> None:
        editor.open("shop.py", HTTP)
        assert len(await editor.diagnostics("shop.py", 1)) == 1
        editor.close("shop.py")
        await editor.until(lambda: editor.count("shop.py") == 0)

    editing(scene)


def test_a_broken_text_is_no_end(editing: Play) -> None:
    async def scene(editor: Any) -> None:
        editor.open("shop.py", "def (:\n")
        assert await editor.diagnostics("shop.py", 1) == []
        editor.change("shop.py", HTTP, 2)
        assert len(await editor.diagnostics("shop.py", 2)) == 1

    editing(scene)
