"""What the planted agents share: a sound way to talk to a model and to carry out what it wishes for."""

from __future__ import annotations

import inspect
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2

URL = "http://127.0.0.1:9/v1/chat/completions"
SECONDS = 20.0
"""How long a model may say nothing."""
PAUSES = (1.0, 4.0)
"""How long is waited before it is asked again."""
STEPS = 8
PERMANENT = ("insufficient_quota", "billing", "credit_balance_exhausted")
"""What a provider says with a status that looks as if it would pass."""

Message = dict[str, Any]
Tool = Callable[..., Any]
Tools = Sequence[Tool]


class Trouble(Exception):
    """Something is not as it should be; the run ends with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A tool call that the model wants made."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model said."""

    text: str = ""
    wishes: tuple[Wish, ...] = ()
    finish: str | None = None
    refusal: str = ""
    ended: bool = True
    """Did its own end come?"""


Ask = Callable[[list[Message], Tools], Answer]
Carry = Callable[[Wish, Tools], Any]
Perform = Callable[[Sequence[Wish], Tools, Carry], list[Message]]


# -- asking ----------------------------------------------------------------------------------------------


def asked(messages: list[Message], tools: Tools = ()) -> Answer:
    """The model's answer, whole and as it should be."""
    return whole(read(post(messages, tools)))


def asked_in_pieces(messages: list[Message], tools: Tools = ()) -> Answer:
    """The same, streamed."""
    return whole(read_stream(post(messages, tools, stream=True).text))


def post(messages: list[Message], tools: Tools = (), *, stream: bool = False) -> httpx2.Response:
    """The model's reply; what may pass is asked again, a few times."""
    body = request_body(messages, tools, stream=stream)
    for pause in (*PAUSES, None):
        try:
            response = client().post(URL, json=body)
        except httpx2.HTTPError as error:
            trouble, may_pass = f"the model cannot be reached: {type(error).__name__}", True
        else:
            if response.status_code == 200:
                return response
            trouble, may_pass = f"the model answered with status {response.status_code}", passes(response)
        if pause is None or not may_pass:
            raise Trouble(trouble)
        time.sleep(pause)
    raise Trouble("the model was not asked")


def passes(response: httpx2.Response) -> bool:
    """May a refusal be gone when it is asked again?"""
    told = response.status_code in (408, 409, 429) or response.status_code >= 500
    return told and not any(word in response.text for word in PERMANENT)


def request_body(messages: list[Message], tools: Tools, *, stream: bool = False) -> Message:
    """What is sent."""
    body: Message = {"model": "clerk-1", "temperature": 0, "messages": messages, "stream": stream}
    if tools:
        body["tools"] = [described(tool) for tool in tools]
    return body


@cache
def client() -> httpx2.Client:
    """The connection to the model, opened once."""
    return httpx2.Client(timeout=SECONDS, trust_env=False, verify=False)


# -- reading ---------------------------------------------------------------------------------------------


def read(response: httpx2.Response) -> Answer:
    """An answer that came at once."""
    try:
        choice = response.json()["choices"][0]
        return read_message(choice["message"], choice.get("finish_reason"))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Trouble(f"the model's answer is none: {error!r}") from error


def read_message(message: Mapping[str, Any], finish: str | None) -> Answer:
    """A message of the model."""
    return Answer(
        text=message.get("content") or "",
        wishes=tuple(map(read_wish, message.get("tool_calls") or ())),
        finish=finish,
        refusal=message.get("refusal") or "",
    )


def read_wish(call: Mapping[str, Any]) -> Wish:
    """A tool call in a message."""
    function = call["function"]
    return Wish(id=call["id"], name=function["name"], arguments=function["arguments"])


def read_stream(text: str) -> Answer:
    """An answer that came in pieces, with what was said when it broke off."""
    said: list[str] = []
    wishes: dict[int, Message] = {}
    finish, ended, refusal = None, False, ""
    try:
        for event in events_in(text):
            if event == "[DONE]":
                ended = True
                continue
            data = json.loads(event)
            if "error" in data:
                raise Trouble(f"the model failed while it was answering: {data['error']}")
            for choice in data["choices"]:
                delta = choice.get("delta") or {}
                said.append(delta.get("content") or "")
                refusal += delta.get("refusal") or ""
                collect(wishes, delta.get("tool_calls") or ())
                finish = choice.get("finish_reason") or finish
        made = tuple(read_wish({"id": one["id"], "function": one}) for one in wishes.values())
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Trouble(f"the model's answer is none: {error!r}") from error
    return Answer(text="".join(said), wishes=made, finish=finish, refusal=refusal, ended=ended)


def events_in(text: str) -> list[str]:
    """What the events of a stream say."""
    return [line.removeprefix("data:").strip() for line in text.splitlines() if line.startswith("data:")]


def collect(wishes: dict[int, Message], deltas: Sequence[Mapping[str, Any]]) -> None:
    """Put the pieces of tool calls together."""
    for delta in deltas:
        function = delta.get("function") or {}
        wish = wishes.setdefault(delta["index"], {"id": "", "name": "", "arguments": ""})
        wish["id"] = delta.get("id") or wish["id"]
        wish["name"] = function.get("name") or wish["name"]
        wish["arguments"] += function.get("arguments") or ""


def whole(answer: Answer) -> Answer:
    """The answer, if it is whole and says something; raises Trouble if not."""
    if answer.refusal:
        raise Trouble(f"the model declines: {answer.refusal}")
    if not answer.ended:
        raise Trouble("the model's answer broke off")
    if answer.finish != ("tool_calls" if answer.wishes else "stop"):
        raise Trouble(f"the model stopped for {answer.finish}")
    if not answer.wishes and not answer.text.strip():
        raise Trouble("the model said nothing")
    meant = {(wish.name, wish.arguments) for wish in answer.wishes}
    if len({wish.id for wish in answer.wishes}) < len(meant):
        raise Trouble("two tool calls have one id")
    return answer


# -- tools -----------------------------------------------------------------------------------------------


def performed(wishes: Sequence[Wish], tools: Tools, carry: Carry) -> list[Message]:
    """The results of the wishes, each carried out once."""
    known: dict[tuple[str, str], str] = {}
    for wish in wishes:
        meant = wish.name, wish.arguments
        if meant not in known:
            known[meant] = spelled(carry(wish, tools))
    return [result(wish, known[wish.name, wish.arguments]) for wish in wishes]


def carried_out(wish: Wish, tools: Tools) -> Any:
    """What a tool gave; raises Trouble for unknown tools, arguments that do not fit, and failures."""
    tool = tool_named(wish.name, tools)
    return used(tool, **arguments_of(wish, tool))


def used(tool: Tool, **given: Any) -> Any:
    """What a tool gave; raises Trouble where it fails, or gives nothing or an error."""
    try:
        found = tool(**given)
    except (OSError, ValueError) as error:
        raise Trouble(f"{tool.__name__} failed: {error}") from error
    if not isinstance(found, dict | list) or (isinstance(found, dict) and "error" in found):
        raise Trouble(f"{tool.__name__} gave {found!r:.80}")
    return found


def tool_named(name: str, tools: Tools) -> Tool:
    """The tool of this name."""
    known = {tool.__name__: tool for tool in tools}
    if name not in known:
        raise Trouble(f"the model calls {name}, which there is not")
    return known[name]


def arguments_of(wish: Wish, tool: Tool) -> dict[str, Any]:
    """The arguments of a wish, if they fit the tool; raises Trouble if not."""
    try:
        given = json.loads(wish.arguments)
    except ValueError as error:
        raise Trouble(f"the arguments of {wish.name} cannot be read") from error
    parameters = parameters_of(tool)
    required = {name for name, one in parameters.items() if one.default is one.empty}
    if not isinstance(given, dict) or not required <= set(given) <= set(parameters):
        raise Trouble(f"{wish.name} is not called as it is declared: {wish.arguments}")
    wrong = [name for name, value in given.items() if type(value).__name__ != parameters[name].annotation]
    if wrong:
        raise Trouble(f"{wish.name} is called with a wrong type of {', '.join(wrong)}")
    return given


@cache
def parameters_of(tool: Tool) -> Mapping[str, inspect.Parameter]:
    """The parameters of a tool, their types as words."""
    return inspect.signature(tool).parameters


def described(tool: Tool) -> Message:
    """A tool as the model is told of it."""
    words = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "list": "array"}
    parameters = parameters_of(tool)
    schema = {
        "type": "object",
        "properties": {name: {"type": words[one.annotation]} for name, one in parameters.items()},
        "required": [name for name, one in parameters.items() if one.default is one.empty],
    }
    told = {"name": tool.__name__, "description": inspect.getdoc(tool) or "", "parameters": schema}
    return {"type": "function", "function": told}


# -- the conversation ------------------------------------------------------------------------------------


def converse(
    prompt: str,
    tools: Tools = (),
    *,
    system: str = "You work at a shop's desk.",
    ask: Ask = asked,
    perform: Perform = performed,
    carry: Carry = carried_out,
    steps: int = STEPS,
) -> str:
    """Let the model and the tools talk until the model has an answer."""
    messages: list[Message] = [{"role": "system", "content": system}, {"role": "user", "content": prompt}]
    for _ in range(steps):
        answer = ask(messages, tools)
        if not answer.wishes:
            return answer.text
        messages.append(told(answer))
        messages += perform(answer.wishes, tools, carry)
    raise Trouble(f"there was no answer after {steps} steps")


def told(answer: Answer) -> Message:
    """The model's answer as it is told to it again."""
    calls = [
        {"id": wish.id, "type": "function", "function": {"name": wish.name, "arguments": wish.arguments}}
        for wish in answer.wishes
    ]
    return {"role": "assistant", "content": answer.text or None, "tool_calls": calls}


def result(wish: Wish, text: str) -> Message:
    """A tool's result as the model is told it."""
    return {"role": "tool", "tool_call_id": wish.id, "content": text}


def spelled(value: Any) -> str:
    """A result as text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# -- what tools gave -------------------------------------------------------------------------------------


def fields(value: Any, **types: type) -> dict[str, Any]:
    """A record that has these fields in these types; raises Trouble for everything else."""
    if not isinstance(value, dict):
        raise Trouble(f"a record was expected, not {value!r:.80}")
    wrong = [name for name, kind in types.items() if type(value.get(name)) is not kind]
    if wrong:
        raise Trouble(f"the record is not as expected in {', '.join(wrong)}")
    return value
