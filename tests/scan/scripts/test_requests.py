"""Requests over HTTP in tools and to providers."""

from __future__ import annotations

from tests.scan.scripts.conftest import Find

from agentprobe.scan.severity import Severity

TOOL = """
import { tool } from "ai";
import { z } from "zod";
export const getWeather = tool({
  description: "The weather of a city",
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => {
    %s
  },
});
"""
BOTH = ("http-status-unchecked", "tool-http-no-timeout")


def test_a_tool_that_reads_a_body_whatever_the_status_is_found(ts: Find) -> None:
    [one] = ts(
        TOOL % "const response = await fetch(url(city)); const data = await response.json(); return data;",
        "http-status-unchecked",
    )
    assert (one.code, one.severity) == ("ERR007", Severity.MEDIUM)
    assert "getWeather" in one.message
    assert ts(TOOL % "return (await fetch(url(city))).json();", "http-status-unchecked")
    assert ts(TOOL % "return fetch(url(city)).then((r) => r.json());", "http-status-unchecked")


def test_a_status_that_is_looked_at_or_handed_on_is_sound(ts: Find) -> None:
    for body in (
        "const r = await fetch(url(city)); if (!r.ok) throw new Error('no'); return r.json();",
        "const r = await fetch(url(city)); return { status: r.status, body: await r.text() };",
        "const r = await fetch(url(city)); return handle(r);",
        "return fetch(url(city)).then((r) => { if (!r.ok) throw new Error(); return r.json(); });",
    ):
        assert not ts(TOOL % body, "http-status-unchecked"), body


def test_a_tool_that_waits_without_a_deadline_is_found(ts: Find) -> None:
    [one] = ts(
        TOOL % "const r = await fetch(url(city)); if (!r.ok) throw new Error(); return r.json();",
        "tool-http-no-timeout",
    )
    assert (one.code, one.severity) == ("LAT002", Severity.MEDIUM)
    assert one.origins[0].value == "300 s"


def test_axios_without_a_timeout_waits_for_ever(ts: Find) -> None:
    code = 'import axios from "axios";' + TOOL
    [one] = ts(code % "return (await axios.get(url(city))).data;", "tool-http-no-timeout")
    assert one.severity is Severity.HIGH
    assert not ts(
        code % "return (await axios.get(url(city), { timeout: 5000 })).data;", "tool-http-no-timeout"
    )


def test_deadlines_by_a_signal_a_race_or_unknown_options_are_sound(ts: Find) -> None:
    for body in (
        "const r = await fetch(url(city), { signal: AbortSignal.timeout(5000) }); return r.ok;",
        "const r = await fetch(url(city), { method: 'POST', ...options }); return r.ok;",
        "const r = await Promise.race([fetch(url(city)), late(5000)]); return r.ok;",
    ):
        assert not ts(TOOL % body, "tool-http-no-timeout"), body


def test_requests_of_no_tool_and_to_the_own_server_are_left_alone(ts: Find) -> None:
    assert not ts(
        """
        export async function loadPage(id: string) {
          const response = await fetch(`https://shop.example/pages/${id}`);
          return response.json();
        }
        """,
        *BOTH,
    )
    assert not ts(TOOL % "return (await fetch('/api/weather')).json();", *BOTH)


def test_a_provider_asked_without_a_library_is_a_call_of_a_model(ts: Find) -> None:
    found = ts(
        """
        export async function ask(messages: any[]) {
          const response = await fetch("https://api.openai.com/v1/chat/completions", {
            method: "POST",
            body: JSON.stringify({ model: "gpt-4.1", messages }),
          });
          const data = await response.json();
          return data.choices[0].message.content;
        }
        """,
        *BOTH,
        client="",
    )
    assert sorted(one.code for one in found) == ["ERR007", "LAT002"]


def test_a_function_that_a_tool_calls_belongs_to_it(ts: Find) -> None:
    [one] = ts(
        TOOL % "return lookUp(city);"
        + """
        async function lookUp(city: string) {
          const response = await fetch("https://weather.example/" + city);
          return await response.json();
        }
        """,
        "http-status-unchecked",
    )
    assert "getWeather" in one.message
