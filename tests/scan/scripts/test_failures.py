"""Failures of models in scripts that nobody learns of."""

from __future__ import annotations

from collections.abc import Callable

from tests.scan.scripts.conftest import Find

from agentprobe.scan.engine import Scanned
from agentprobe.scan.severity import Severity, Tier

ASKS = 'await openai.chat.completions.create({ model: "gpt-4.1", messages })'


def test_an_empty_answer_after_a_failure_is_swallowing(ts: Find) -> None:
    [one] = ts(
        f"""
        export async function ask(messages: any[]) {{
          try {{
            const reply = {ASKS};
            return reply.choices[0].message.content;
          }} catch (error) {{
            return null;
          }}
        }}
        """,
        "model-error-swallowed",
    )
    assert (one.code, one.tier, one.severity) == ("ERR001", Tier.PROVED, Severity.HIGH)
    assert one.place.line == 8
    assert one.subject == "ask"


def test_a_failure_swallowed_in_a_chain_is_found(ts: Find) -> None:
    [one] = ts(
        """
        export async function ask(messages: any[]) {
          const reply = await openai.responses.create({ model: "gpt-4.1", input: "" }).catch(() => null);
          return reply?.choices[0].message.content ?? "";
        }
        """,
        "model-error-swallowed",
    )
    assert one.place.line == 5


def test_a_failure_of_a_function_that_asks_is_found_in_its_caller(ts: Find) -> None:
    [one] = ts(
        f"""
        async function ask(messages: any[]) {{
          return {ASKS};
        }}
        export async function plan(messages: any[]) {{
          try {{
            return (await ask(messages)).choices;
          }} catch {{
            return [];
          }}
        }}
        """,
        "model-error-swallowed",
    )
    assert one.tier is Tier.INFERRED
    assert one.subject == "plan"


def test_handlers_that_tell_of_the_failure_are_sound(ts: Find) -> None:
    for handler in (
        "throw new Error('no answer', { cause: error });",
        "return { ok: false, error: String(error) };",
        "return Response.json({ error: 'down' }, { status: 502 });",
        "lastError = error;",
        "onError(error); return null;",
        "return await askAnotherProvider(messages);",
    ):
        found = ts(
            f"""
            let lastError: unknown;
            export async function ask(messages: any[], onError: (error: unknown) => void) {{
              try {{
                return {ASKS};
              }} catch (error) {{
                {handler}
              }}
            }}
            """,
            "model-error-swallowed",
            "error-as-answer",
        )
        assert found == [], handler


def test_a_type_that_says_null_makes_callers_look(ts: Find) -> None:
    assert not ts(
        f"""
        export async function ask(messages: any[]): Promise<string | null> {{
          try {{
            return ({ASKS}).choices[0].message.content;
          }} catch (error) {{
            console.error(error);
            return null;
          }}
        }}
        """,
        "model-error-swallowed",
    )


def test_a_counted_retry_and_a_route_are_no_swallowing(ts: Find) -> None:
    assert not ts(
        f"""
        export async function ask(messages: any[]) {{
          for (let attempt = 0; attempt < 3; attempt++) {{
            try {{
              return {ASKS};
            }} catch (error) {{
              console.warn("again", error);
            }}
          }}
          throw new Error("no answer");
        }}
        export async function POST(request: Request) {{
          try {{
            return Response.json({ASKS.replace("messages }", "messages: await request.json() }")});
          }} catch (error) {{
            console.error(error);
          }}
        }}
        """,
        "model-error-swallowed",
    )


def test_a_sentence_in_the_place_of_an_answer_is_found(ts: Find) -> None:
    [one] = ts(
        f"""
        export async function summarize(messages: any[]) {{
          try {{
            return ({ASKS}).choices[0].message.content;
          }} catch (error) {{
            return "Sorry, I could not create a summary.";
          }}
        }}
        """,
        "error-as-answer",
    )
    assert one.code == "ERR002"
    assert "Sorry, I could not" in one.message


def test_a_cancelled_call_is_no_failure(ts: Find) -> None:
    assert not ts(
        f"""
        export async function ask(messages: any[]) {{
          try {{
            return {ASKS};
          }} catch (error) {{
            if (error.name === "AbortError") return null;
            throw error;
          }}
        }}
        """,
        "model-error-swallowed",
    )
    [one] = ts(
        f"""
        export async function ask(messages: any[]) {{
          try {{
            return {ASKS};
          }} catch (error) {{
            if (error.name === "AbortError") return null;
            return "Failed to write the text.";
          }}
        }}
        """,
        "model-error-swallowed",
        "error-as-answer",
    )
    assert one.code == "ERR002"


def test_a_sentence_for_a_person_and_one_of_a_tool_are_meant(ts: Find) -> None:
    code = f"""
        import {{ tool }} from "ai";
        export const summarize = tool({{
          description: "Summarize",
          execute: async ({{ messages }}: any) => {{
            try {{
              return ({ASKS}).choices[0].message.content;
            }} catch (error) {{
              return "The summary failed for now.";
            }}
          }},
        }});
        app.post("/chat", async (req, res) => {{
          try {{
            res.json({ASKS.replace("messages }", "messages: req.body }")});
          }} catch (error) {{
            return "it is down for now";
          }}
        }});
        """
    assert not ts(code, "error-as-answer")


def test_a_default_for_what_cannot_be_parsed_is_found(ts: Find) -> None:
    [one] = ts(
        f"""
        export async function plan(messages: any[]) {{
          const reply = {ASKS};
          const text = reply.choices[0].message.content ?? "";
          try {{
            return JSON.parse(text.trim());
          }} catch {{
            return {{ steps: [] }};
          }}
        }}
        """,
        "parse-failure-defaulted",
    )
    assert (one.code, one.severity, one.place.line) == ("ERR008", Severity.MEDIUM, 9)


def test_a_parse_failure_that_is_asked_again_or_told_is_sound(ts: Find) -> None:
    for handler in (
        "return await plan([...messages, { role: 'user', content: 'JSON please' }]);",
        "return { error: 'no JSON', steps: [] };",
        "throw new PlanError(text);",
    ):
        assert not ts(
            f"""
            export async function plan(messages: any[]): Promise<any> {{
              const text = ({ASKS}).choices[0].message.content ?? "";
              try {{
                return JSON.parse(text);
              }} catch {{
                {handler}
              }}
            }}
            """,
            "parse-failure-defaulted",
        ), handler


def test_json_of_a_file_is_no_answer_of_a_model(ts: Find) -> None:
    assert not ts(
        """
        import { readFile } from "node:fs/promises";
        export async function settings() {
          try {
            return JSON.parse(await readFile("settings.json", "utf-8"));
          } catch {
            return {};
          }
        }
        """,
        "parse-failure-defaulted",
        "output-unvalidated",
    )


SERVER = """
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
const server = new McpServer({ name: "desk", version: "1.0.0" });
"""


def test_a_tool_that_tells_of_its_failure_as_a_result_is_found(ts: Find) -> None:
    [one] = ts(
        """
        server.registerTool("find_order", { description: "Find" }, async ({ id }) => {
          try {
            return { content: [{ type: "text", text: await find(id) }] };
          } catch (error) {
            return { content: [{ type: "text", text: `Error: ${error.message}` }] };
          }
        });
        """,
        "tool-error-as-data",
        client=SERVER,
    )
    assert one.code == "ERR003"
    assert "find_order" in one.message


def test_a_marked_failure_and_an_empty_result_are_sound(ts: Find) -> None:
    assert not ts(
        """
        server.registerTool("find_order", { description: "Find" }, async ({ id }) => {
          try {
            return { content: [{ type: "text", text: await find(id) }] };
          } catch (error) {
            return { content: [{ type: "text", text: `Error: ${error.message}` }], isError: true };
          }
        });
        server.registerTool("list_orders", { description: "List" }, async () => {
          try {
            return { content: [{ type: "text", text: await list() }] };
          } catch {
            return { content: [{ type: "text", text: "[]" }] };
          }
        });
        """,
        "tool-error-as-data",
        client=SERVER,
    )


def test_tests_of_a_project_are_left_alone(ts: Find) -> None:
    code = f"""
        export async function ask(messages: any[]) {{
          try {{ return {ASKS}; }} catch {{ return null; }}
        }}
        """
    assert not ts(code, "model-error-swallowed", path="src/agent.test.ts")
    assert ts(code, "model-error-swallowed")


LLM = """
import OpenAI from "openai";
const openai = new OpenAI({ timeout: 9_000 });
export async function ask(messages: any[]) {
  return openai.chat.completions.create({ model: "gpt-4.1", messages });
}
export function count(messages: any[]) {
  return messages.length;
}
export default ask;
"""
CALLER = """
import {imported};
export async function plan(messages: any[], tool_calls: any[]) {{
  try {{
    return await {call}(messages);
  }} catch (error) {{
    return {given};
  }}
}}
"""


def test_a_helper_in_another_file_is_followed(scanned: Callable[..., Scanned]) -> None:
    for imported, call in (
        ('{ ask } from "./llm"', "ask"),
        ('{ ask as go } from "./llm.js"', "go"),
        ('ask from "./llm"', "ask"),
        ('{ ask } from "@/lib/llm"', "ask"),
    ):
        caller = CALLER.format(imported=imported, call=call, given="[]")
        found = scanned({"src/lib/llm.ts": LLM, "src/lib/plan.ts": caller}, "model-error-swallowed")
        assert [(one.place.path, one.place.line, one.tier) for one in found.findings] == [
            ("src/lib/plan.ts", 6, Tier.INFERRED)
        ], imported


def test_a_sentence_in_the_place_of_a_helpers_answer_is_found(scanned: Callable[..., Scanned]) -> None:
    caller = CALLER.format(imported='{ ask } from "./llm"', call="ask", given='"No plan could be made."')
    found = scanned({"llm.ts": LLM, "plan.ts": caller}, "error-as-answer")
    assert [one.message for one in found.findings] == [
        'when ask() fails, "No plan could be made." is the answer'
    ]


def test_helpers_that_ask_nobody_and_other_packages_are_left_alone(scanned: Callable[..., Scanned]) -> None:
    for imported, call in (
        ('{ count } from "./llm"', "count"),
        ('{ ask } from "./other"', "ask"),
        ('{ ask } from "asker"', "ask"),
    ):
        caller = CALLER.format(imported=imported, call=call, given="null")
        found = scanned({"src/llm.ts": LLM, "src/plan.ts": caller}, "model-error-swallowed")
        assert not found.findings, imported
