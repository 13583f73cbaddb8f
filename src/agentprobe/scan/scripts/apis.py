"""The ways in which scripts call models: by which package and name, and what their settings are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, kw_only=True)
class ScriptApi:
    """One way to call a model."""

    name: str
    package: str
    """The package of npm whose defaults hold; as the table of defaults names it: "npm:openai"."""
    makers: tuple[str, ...] = ()
    """Qualified names, `*` for any name in a package."""
    methods: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()
    """Methods whose name alone tells enough, where the receiver cannot be followed."""
    on_maker: bool = False
    """Are model and sampling given to the maker rather than to the call?"""
    prompt: int = 0
    """Which argument holds the settings of a call."""
    options: int = -1
    """Which argument holds those of the request: deadline, attempts, signal; -1: the same one."""
    timeout: tuple[str, ...] = ("timeout",)
    milliseconds: bool = True
    retries: tuple[str, ...] = ("maxRetries",)
    cap: tuple[str, ...] = ("max_tokens", "max_completion_tokens", "max_output_tokens")
    steps: tuple[str, ...] = ()
    """Settings that limit the rounds of an agent that loops by itself."""
    end: tuple[str, ...] = ()
    """What an answer calls the reason of its end."""


_CHAT = ("Chat*", "AzureChatOpenAI", "ChatOpenAI")
_OPENAI = ("openai:default", "openai:OpenAI", "openai:AzureOpenAI", "openai:*")
_LANGCHAIN = (
    "@langchain/openai", "@langchain/anthropic", "@langchain/google-genai", "@langchain/google-vertexai",
    "@langchain/groq", "@langchain/mistralai", "@langchain/ollama", "@langchain/aws", "@langchain/cohere",
    "@langchain/xai", "@langchain/deepseek", "@langchain/cerebras", "langchain/chat_models/openai",
    "langchain/chat_models/anthropic",
)  # fmt: skip

APIS: tuple[ScriptApi, ...] = (
    ScriptApi(
        name="openai.chat", package="npm:openai",
        makers=(*_OPENAI, "groq-sdk:default", "groq-sdk:Groq", "together-ai:default",
        "@cerebras/cerebras_cloud_sdk:default"),
        methods=("chat.completions.create", "chat.completions.parse", "chat.completions.stream",
                 "beta.chat.completions.parse", "beta.chat.completions.stream", "completions.create"),
        telling=("chat.completions.create", "chat.completions.parse", "beta.chat.completions.parse"),
        options=1, end=("finish_reason",),
    ),
    ScriptApi(
        name="openai.responses", package="npm:openai", makers=_OPENAI,
        methods=("responses.create", "responses.parse", "responses.stream"),
        telling=("openai.responses.create", "responses.parse"), options=1,
        cap=("max_output_tokens",), end=("incomplete_details", "status"),
    ),
    ScriptApi(
        name="openai.runner", package="npm:openai", makers=_OPENAI,
        methods=("chat.completions.runTools", "beta.chat.completions.runTools"), options=1,
        steps=("maxChatCompletions",), end=("finish_reason",),
    ),
    ScriptApi(
        name="anthropic", package="npm:@anthropic-ai/sdk",
        makers=("@anthropic-ai/sdk:default", "@anthropic-ai/sdk:Anthropic", "@anthropic-ai/bedrock-sdk:*",
                "@anthropic-ai/vertex-sdk:*", "@anthropic-ai/sdk:*"),
        methods=("messages.create", "messages.stream", "messages.parse", "beta.messages.create",
                 "beta.messages.stream"),
        telling=("anthropic.messages.create", "anthropic.messages.stream", "claude.messages.create"),
        options=1, cap=("max_tokens",), end=("stop_reason",),
    ),
    ScriptApi(
        name="anthropic.runner", package="npm:@anthropic-ai/sdk",
        makers=("@anthropic-ai/sdk:default", "@anthropic-ai/sdk:Anthropic"),
        methods=("beta.messages.toolRunner",),
        options=1, cap=("max_tokens",), steps=("max_iterations",), end=("stop_reason",),
    ),
    ScriptApi(
        name="ai", package="npm:ai",
        functions=("ai:generateText", "ai:streamText", "ai:generateObject", "ai:streamObject"),
        timeout=("timeout", "abortSignal"), cap=("maxOutputTokens", "maxTokens"), end=("finishReason",),
    ),
    ScriptApi(
        name="google", package="npm:@google/genai", makers=("@google/genai:GoogleGenAI",),
        methods=("models.generateContent", "models.generateContentStream"),
        telling=("models.generateContent",),
        cap=("maxOutputTokens",), end=("finishReason",),
    ),
    ScriptApi(
        name="google.old", package="npm:@google/generative-ai",
        makers=("@google/generative-ai:GoogleGenerativeAI",),
        methods=("getGenerativeModel().generateContent", "getGenerativeModel().generateContentStream"),
        cap=("maxOutputTokens",), end=("finishReason",),
    ),
    ScriptApi(
        name="langchain.chat", package="npm:@langchain/core",
        makers=tuple(f"{home}:{name}" for home in _LANGCHAIN for name in _CHAT),
        methods=("invoke", "stream", "call", "predict", "generate", "batch"), on_maker=True, options=1,
        timeout=("timeout", "signal"), cap=("maxTokens", "maxOutputTokens", "maxCompletionTokens"),
        end=("finish_reason", "stop_reason", "finishReason"),
    ),
    ScriptApi(
        name="langchain.chat", package="npm:@langchain/core",
        functions=(), makers=("langchain/chat_models/universal:initChatModel()", "langchain:initChatModel()",
                              "@langchain/core/language_models/chat_models:BaseChatModel"),
        methods=("invoke", "stream", "batch"), on_maker=True, options=1, timeout=("timeout", "signal"),
        cap=("maxTokens",), end=("finish_reason", "stop_reason"),
    ),
    ScriptApi(
        name="langgraph.agent", package="npm:@langchain/langgraph",
        makers=("@langchain/langgraph/prebuilt:createReactAgent()", "langchain:createAgent()"),
        methods=("invoke", "stream"), options=1, timeout=("timeout", "signal", "stepTimeout"),
        steps=("recursionLimit",),
    ),
    ScriptApi(
        name="openai.agents", package="npm:@openai/agents", functions=("@openai/agents:run",),
        makers=("@openai/agents:Runner",), methods=("run",), prompt=2, options=2, timeout=("signal",),
        steps=("maxTurns",),
    ),
    ScriptApi(
        name="mastra", package="npm:@mastra/core", makers=("@mastra/core/agent:Agent", "@mastra/core:Agent"),
        methods=("generate", "stream", "generateLegacy", "streamLegacy"), options=1, timeout=("abortSignal",),
        steps=("maxSteps",),
    ),
    ScriptApi(
        name="mistral", package="npm:@mistralai/mistralai", makers=("@mistralai/mistralai:Mistral",),
        methods=("chat.complete", "chat.stream", "chat.parse"), options=1, timeout=("timeoutMs",),
        cap=("maxTokens",), end=("finishReason",),
    ),
    ScriptApi(
        name="ollama", package="npm:ollama", makers=("ollama:default", "ollama:Ollama"),
        methods=("chat", "generate"), cap=("num_predict",), end=("done_reason",),
    ),
)  # fmt: skip

_SAME = re.compile(r"\.(?:bindTools|bind|withConfig|withRetry|withFallbacks|withOptions)\(\)")
_TYPED = re.compile(r"\.withStructuredOutput\(\)")


def plain(callee: str) -> str:
    """A qualified name without the methods that give the same thing back with other settings."""
    return _TYPED.sub("", _SAME.sub("", callee))


def gives_types(callee: str) -> bool:
    """Does what is called give back something that was checked against a schema?"""
    return _TYPED.search(callee) is not None or callee.endswith(
        (".parse", ":generateObject", ":streamObject")
    )


@cache
def api_of(callee: str) -> tuple[ScriptApi, bool] | None:
    """The way of calling a model that a qualified name is, and whether that is sure; None for others."""
    callee = plain(callee)
    for api in APIS:
        if callee in api.functions:
            return api, True
        for method in api.methods:
            if callee.endswith(f".{method}") and _is_maker(callee[: -len(method) - 1], api):
                return api, True
    for api in APIS:
        if any(callee == one or callee.endswith(f".{one}") for one in api.telling):
            return api, False
    return None


@cache
def maker_of(made: str) -> ScriptApi | None:
    """The way of calling a model that an instance is for."""
    return next((api for api in APIS if api.makers and _is_maker(plain(made), api)), None)


def _is_maker(name: str, api: ScriptApi) -> bool:
    return any(_fits(name, one) for one in api.makers)


def _fits(name: str, wanted: str) -> bool:
    if name == wanted:
        return True
    home, _, word = wanted.partition(":")
    mine, _, told = name.partition(":")
    if home != mine or not told or "." in told:
        return False
    if word == "*":
        return told[0].isupper()
    return word.endswith("*") and told.startswith(word[:-1]) and "(" not in told
