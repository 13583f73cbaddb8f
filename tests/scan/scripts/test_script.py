"""What names mean in scripts, and what values stand in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.scripts.literals import NOT_FOUND, literal
from agentprobe.scan.scripts.model_calls import model_calls
from agentprobe.scan.scripts.script import Script

Parse = Callable[..., Script]


def callees(script: Script) -> list[str]:
    """The names of what is called, in order."""
    return [script.callee(call) for call in script.calls]


@pytest.mark.parametrize(
    ("code", "callee"),
    [
        ('import OpenAI from "openai"; new OpenAI().responses.create({})', "openai:default.responses.create"),
        (
            'import { OpenAI as O } from "openai"; const c = new O(); c.models.list()',
            "openai:OpenAI.models.list",
        ),
        ('import * as ai from "ai"; ai.generateText({})', "ai:generateText"),
        ('const { generateText } = require("ai"); generateText({})', "ai:generateText"),
        (
            'import OpenAI from "openai"; const f = (c: OpenAI) => c.models.list()',
            "openai:default.models.list",
        ),
        ('const f = (fetch: any) => fetch("x")', ""),
        ('let c = null; import O from "openai"; c = new O(); c.models.list()', "openai:default.models.list"),
    ],
)
def test_a_name_is_followed_to_its_package(script: Parse, code: str, callee: str) -> None:
    assert callees(script(code))[-1] == callee


def test_fields_of_a_class_are_what_its_constructor_puts_there(script: Parse) -> None:
    found = script(
        """
        import Anthropic from "@anthropic-ai/sdk";
        class Desk {
          private client: Anthropic;
          constructor(private readonly other: Anthropic) {
            this.client = new Anthropic();
          }
          ensure(): Anthropic { return this.client; }
          ask() { return this.client.messages.create({}); }
          again() { return this.other.messages.create({}); }
          third() { return this.ensure().messages.create({}); }
        }
        """
    )
    assert [found.name_of(found.function(call)) for call in model_calls(found)] == [
        "Desk.ask",
        "Desk.again",
        "Desk.third",
    ]


def test_a_model_that_a_function_makes_is_followed_there(script: Parse) -> None:
    found = script(
        """
        import { ChatOpenAI } from "@langchain/openai";
        function model() {
          return new ChatOpenAI({ modelName: "gpt-4.1", temperature: 0 });
        }
        const other = () => new ChatOpenAI({ modelName: "gpt-4.1-mini" });
        export const ask = async (text: string) => [await model().invoke(text), await other().invoke(text)];
        """
    )
    assert [literal(found, one.setting("modelName")) for one in model_calls(found).values()] == [
        "gpt-4.1",
        "gpt-4.1-mini",
    ]


def test_messages_of_threads_and_phones_are_no_calls_of_models(script: Parse) -> None:
    found = script(
        """
        import OpenAI from "openai";
        import twilio from "twilio";
        const openai = new OpenAI();
        const phone = twilio("a", "b");
        await openai.beta.threads.messages.create("t", { role: "user", content: "hi" });
        await phone.messages.create({ body: "hi", to: "1" });
        await retriever.invoke("hi");
        """
    )
    assert not model_calls(found)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("60 * 1000", 60_000),
        ("30_000", 30_000),
        ("-1", -1),
        ("LIMIT", 7),
        ("settings.heat", 0.5),
        ("Infinity", float("inf")),
        ("'a\\n' + \"b\"", "a\nb"),
        ("`a ${name} b`", "a {name} b"),
        ("null", None),
        ("moved", NOT_FOUND),
        ("process.env.X", NOT_FOUND),
        ("x ? 1 : 2", NOT_FOUND),
    ],
)
def test_values_are_told_only_where_they_stand_in_the_source(script: Parse, code: str, value: object) -> None:
    found = script(
        f"const LIMIT = 7; const settings = {{ heat: 0.5 }}; let moved = 1; moved = 2; const it = {code};"
    )
    declared = found.of("variable_declarator")[-1]
    assert literal(found, declared.get("value")) == value


def test_spreads_are_followed_and_said_where_they_cannot_be(script: Parse) -> None:
    found = script(
        """
        const base = { model: "m", temperature: 0 };
        const one = { ...base, temperature: 1 };
        const other = { ...base, ...unknown };
        const maybe = { ...(hot && { temperature: 2 }) };
        """
    )
    tables = {found.source(one.children[0]): one.get("value") for one in found.of("variable_declarator")}
    keys, whole = found.given(tables["one"])
    assert (literal(found, keys["temperature"]), sorted(keys), whole) == (1, ["model", "temperature"], True)
    assert found.given(tables["other"])[1] is False
    assert found.given(tables["maybe"])[1] is False


def test_places_count_characters_and_not_bytes(script: Parse) -> None:
    found = script('const grüße = "ä"; eval("x");')
    [call] = found.calls
    assert (found.place(call).line, found.place(call).column) == (1, 20)


def test_a_key_that_stands_alone_is_followed_like_a_name(script: Parse) -> None:
    found = script("const heat = 0.9; const base = { heat }; f({ ...base }); g({ unknown });")
    first, second = found.calls
    keys, whole = found.given(found.arguments(first)[0])
    assert (literal(found, keys["heat"]), whole) == (0.9, True)
    assert literal(found, found.given(found.arguments(second)[0])[0]["unknown"]) is NOT_FOUND
