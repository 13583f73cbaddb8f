"""Histories that grow, and those that everybody shares."""

from __future__ import annotations

from tests.scan.scripts.conftest import Find

from agentprobe.scan.severity import Severity

CHAT = """
        import express from "express";
        const app = express();
        const history: any[] = [];
        app.post("/chat", async (req, res) => {
          history.push({ role: "user", content: req.body.text });
          %s
          const reply = await openai.chat.completions.create({ model: "gpt-4.1", messages: history });
          history.push(reply.choices[0].message);
          res.json(reply);
        });
        """


def test_a_history_at_the_top_of_a_server_is_shared_and_unbounded(ts: Find) -> None:
    found = ts(CHAT % "", "session-state-shared", "history-unbounded")
    assert [(one.code, one.place.line, one.severity) for one in found] == [
        ("RACE006", 6, Severity.HIGH),
        ("CTX001", 10, Severity.HIGH),
    ]


def test_a_history_that_is_cut_is_bounded(ts: Find) -> None:
    for told in (
        "history.splice(0, history.length - 20);",
        "await compactHistory(history);",
        "if (history.length > 20) history.shift();",
    ):
        assert not ts(CHAT % told, "history-unbounded"), told


def test_a_history_of_one_request_or_session_is_its_own(ts: Find) -> None:
    assert not ts(
        """
        import express from "express";
        const app = express();
        const RULES: any[] = [{ role: "system", content: "Be brief." }];
        app.post("/chat", async (req, res) => {
          const messages: any[] = [...RULES];
          messages.push({ role: "user", content: req.body.text });
          const one = await openai.chat.completions.create({ model: "gpt-4.1", messages });
          const other = await openai.chat.completions.create({ model: "gpt-4.1", messages: RULES });
          res.json({ one, other });
        });
        """,
        "session-state-shared",
        "history-unbounded",
    )


def test_a_history_at_the_top_of_a_command_belongs_to_one_person(ts: Find) -> None:
    assert not ts(
        """
        const messages: any[] = [];
        export async function turn(text: string) {
          messages.push({ role: "user", content: text });
          return openai.chat.completions.create({ model: "gpt-4.1", messages });
        }
        """,
        "session-state-shared",
    )


def test_a_chat_whose_history_only_grows_is_found_and_a_short_loop_is_not(ts: Find) -> None:
    code = """
        const messages: any[] = [];
        async function main() {
          %s {
            messages.push({ role: "user", content: await ask() });
            const reply = await openai.chat.completions.create({ model: "gpt-4.1", messages });
            messages.push(reply.choices[0].message);
          }
        }
        """
    [one] = ts(code % "while (true)", "history-unbounded")
    assert one.subject == "main:messages"
    assert not ts(
        code.replace(
            "const messages: any[] = [];\n        async function main() {",
            "async function main() { const messages: any[] = [];",
        )
        % "for (let i = 0; i < 4; i++)",
        "history-unbounded",
    )
