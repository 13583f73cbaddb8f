"""The ways in which programs call models: by which dotted name, and what its parameters are called."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache


@dataclass(frozen=True, kw_only=True)
class Api:
    """One way to call a model. `makers` are the classes whose instances it is called on."""

    name: str
    package: str
    """The distribution whose defaults hold for it."""
    makers: tuple[str, ...] = ()
    """Dotted names, `*` for any name; an instance of one followed by a method is a call."""
    methods: tuple[str, ...] = ()
    """What follows the maker's instance, such as "chat.completions.create"."""
    functions: tuple[str, ...] = ()
    """Functions that are called right away, such as "litellm.completion"."""
    telling: tuple[str, ...] = ()
    """Methods whose name alone tells enough, where the receiver cannot be followed."""
    beside: tuple[str, ...] = ()
    """Packages of which one must be imported where only the method's name tells."""
    model: str = "model"
    temperature: str = "temperature"
    cap: tuple[str, ...] = ("max_tokens",)
    timeout: str = "timeout"
    retries: str = "max_retries"
    steps: tuple[str, ...] = ()
    """Parameters that limit the number of steps; where there are any, one call is a loop of many."""
    provider: str = ""
    on_maker: bool = False
    """Are model and sampling given to the maker rather than to the call?"""
    holder: tuple[str, int] | None = None
    """The parameter and its place that takes what the maker has made, where it is no receiver."""

    elsewhere: bool = False
    """Is sampling given to the agent that the model is for, rather than to call or maker?"""

    @property
    def loops(self) -> bool:
        """Does one call of it make many calls of a model?"""
        return bool(self.steps)


_OPENAI = (
    "openai.OpenAI",
    "openai.AsyncOpenAI",
    "openai.AzureOpenAI",
    "openai.AsyncAzureOpenAI",
    "openai.Client",
)
_PYDANTIC_MODELS = (
    "pydantic_ai.models.openai.OpenAI*Model", "pydantic_ai.models.anthropic.AnthropicModel",
    "pydantic_ai.models.google.GoogleModel", "pydantic_ai.models.gemini.GeminiModel",
    "pydantic_ai.models.groq.GroqModel", "pydantic_ai.models.mistral.MistralModel",
)  # fmt: skip
_OPENAI_LIKE = (*_OPENAI, "openai.AsyncClient", "langfuse.openai.OpenAI", "langfuse.openai.AsyncOpenAI",
"groq.Groq",
                "groq.AsyncGroq", "together.Together", "mistralai.Mistral",
                "cerebras.cloud.sdk.Cerebras")  # fmt: skip
_ANTHROPIC = tuple(
    f"anthropic.{way}Anthropic{cloud}"
    for way in ("", "Async")
    for cloud in ("", "Bedrock", "Vertex", "Foundry")
)
_LANGCHAIN_MODELS = (
    "langchain_openai.ChatOpenAI", "langchain_openai.AzureChatOpenAI", "langchain_anthropic.ChatAnthropic",
    "langchain_google_genai.ChatGoogleGenerativeAI", "langchain_google_vertexai.ChatVertexAI",
    "langchain_ollama.ChatOllama", "langchain_community.chat_models.*", "langchain_groq.ChatGroq",
    "langchain_mistralai.ChatMistralAI", "langchain_aws.ChatBedrock", "langchain_aws.ChatBedrockConverse",
    "langchain.chat_models.*", "langchain.chat_models.init_chat_model",
    "langchain.chat_models.base.init_chat_model", "langchain_litellm.ChatLiteLLM",
    "langchain_deepseek.ChatDeepSeek", "langchain_nvidia_ai_endpoints.ChatNVIDIA",
    "langchain_cohere.ChatCohere", "langchain_fireworks.ChatFireworks", "langchain_together.ChatTogether",
    "langchain_perplexity.ChatPerplexity", "langchain_ibm.ChatWatsonx",
    "langchain_core.language_models.*", "langchain_xai.ChatXAI", "langchain_openai.OpenAI",
    "langchain.llms.*",
)  # fmt: skip
_INVOKE = (
    "invoke",
    "ainvoke",
    "stream",
    "astream",
    "batch",
    "abatch",
    "predict",
    "apredict",
    "generate",
    "astream_events",
)

APIS: tuple[Api, ...] = (
    Api(
        name="openai.chat", package="openai", provider="openai", makers=_OPENAI_LIKE,
        methods=("chat.completions.create", "chat.completions.parse", "beta.chat.completions.parse",
                 "chat.completions.stream", "beta.chat.completions.stream"),
        functions=("openai.chat.completions.create", "openai.ChatCompletion.create",
        "openai.ChatCompletion.acreate"),
        telling=("chat.completions.create", "chat.completions.parse", "ChatCompletion.create",
        "ChatCompletion.acreate"),
        cap=("max_completion_tokens", "max_tokens"),
    ),
    Api(
        name="openai.responses", package="openai", provider="openai", makers=_OPENAI_LIKE,
        methods=("responses.create", "responses.parse", "responses.stream"),
        functions=("openai.responses.create",), telling=("responses.create", "responses.parse"),
        beside=("openai",),
        cap=("max_output_tokens",),
    ),
    Api(
        name="openai.completions", package="openai", provider="openai", makers=_OPENAI_LIKE,
        methods=("completions.create",), functions=("openai.Completion.create", "openai.completions.create"),
    ),
    Api(
        name="anthropic.messages", package="anthropic", provider="anthropic", makers=_ANTHROPIC,
        methods=("messages.create", "messages.stream", "beta.messages.create", "beta.messages.stream",
                 "messages.parse", "beta.messages.parse"),
        telling=("messages.create", "messages.stream"), beside=("anthropic",),
    ),
    Api(
        name="anthropic.runner", package="anthropic", provider="anthropic", makers=_ANTHROPIC,
        methods=("beta.messages.tool_runner",), telling=("beta.messages.tool_runner",), beside=("anthropic",),
        steps=("max_iterations",),
    ),
    Api(
        name="gemini", package="google-genai", provider="google", makers=("google.genai.Client",
        "genai.Client"),
        methods=("models.generate_content", "aio.models.generate_content", "models.generate_content_stream",
                 "aio.models.generate_content_stream"),
        telling=("models.generate_content",), cap=("max_output_tokens",),
    ),
    Api(
        name="gemini.old", package="google-generativeai", provider="google",
        makers=("google.generativeai.GenerativeModel", "vertexai.generative_models.GenerativeModel"),
        methods=("generate_content", "generate_content_async"), telling=("generate_content",),
        beside=("google", "vertexai"), cap=("max_output_tokens",),
    ),
    Api(
        name="litellm", package="litellm",
        functions=("litellm.completion", "litellm.acompletion", "litellm.responses", "litellm.aresponses",
                   "litellm.text_completion"),
        cap=("max_completion_tokens", "max_tokens"), retries="num_retries",
    ),
    Api(
        name="litellm.router", package="litellm", makers=("litellm.Router", "litellm.router.Router"),
        methods=("completion", "acompletion"), cap=("max_completion_tokens", "max_tokens"),
        retries="num_retries",
    ),
    Api(
        name="ollama", package="ollama", functions=("ollama.chat", "ollama.generate"),
        makers=("ollama.Client", "ollama.AsyncClient"), methods=("chat", "generate"),
    ),
    Api(
        name="bedrock", package="boto3", provider="aws", makers=("boto3.client",),
        methods=("converse", "converse_stream", "invoke_model", "invoke_model_with_response_stream"),
        telling=("invoke_model", "converse"), beside=("boto3", "aioboto3"), model="modelId",
    ),
    Api(
        name="mistral", package="mistralai", provider="mistral", makers=("mistralai.Mistral",),
        methods=("chat.complete", "chat.complete_async", "chat.stream", "chat.stream_async", "chat.parse"),
        timeout="timeout_ms",
    ),
    Api(
        name="cohere", package="cohere", provider="cohere", makers=("cohere.Client", "cohere.ClientV2",
        "cohere.AsyncClient",
        "cohere.AsyncClientV2"), methods=("chat", "chat_stream", "generate"),
    ),
    Api(
        name="langchain.model", package="langchain-openai", makers=_LANGCHAIN_MODELS, methods=_INVOKE,
        on_maker=True,
        cap=("max_tokens", "max_completion_tokens", "max_tokens_to_sample"), model="model",
    ),
    Api(
        name="langchain.agent", package="langchain", on_maker=True,
        makers=("langchain.agents.create_agent", "langgraph.prebuilt.create_react_agent",
        "deepagents.create_deep_agent",
                "deepagents.async_create_deep_agent"),
        methods=_INVOKE, steps=("recursion_limit",),
    ),
    Api(
        name="langchain.executor", package="langchain", on_maker=True,
        makers=("langchain.agents.AgentExecutor", "langchain.agents.initialize_agent",
        "langchain_classic.agents.AgentExecutor"),
        methods=(*_INVOKE, "run", "arun"), steps=("max_iterations", "max_execution_time"),
    ),
    Api(
        name="langgraph", package="langgraph", on_maker=True,
        makers=("langgraph.graph.StateGraph.compile", "langgraph.graph.MessageGraph.compile",
                "langgraph.graph.state.StateGraph.compile", "langgraph.graph.Graph.compile"),
        methods=_INVOKE, steps=("recursion_limit",),
    ),
    Api(
        name="openai-agents", package="openai-agents",
        functions=("agents.Runner.run", "agents.Runner.run_sync", "agents.Runner.run_streamed"),
        steps=("max_turns",),
        makers=("agents.Agent", "agents.agent.Agent"), on_maker=True, holder=("starting_agent", 0),
    ),
    Api(
        name="crewai", package="crewai", makers=("crewai.Crew",), on_maker=True, steps=("max_iter",),
        methods=("kickoff", "kickoff_async", "kickoff_for_each", "kickoff_for_each_async"),
    ),
    Api(
        name="crewai.agent", package="crewai", makers=("crewai.Agent", "crewai.agent.Agent"), on_maker=True,
        methods=("execute_task", "kickoff", "kickoff_async"), steps=("max_iter",), model="llm",
    ),
    Api(
        name="crewai.model", package="crewai", makers=("crewai.LLM", "crewai.llm.LLM"), on_maker=True,
        methods=("call", "acall"), cap=("max_tokens", "max_completion_tokens"),
    ),
    Api(
        name="smolagents.model", package="smolagents", on_maker=True,
        makers=("smolagents.LiteLLMModel", "smolagents.OpenAIServerModel", "smolagents.OpenAIModel",
                "smolagents.InferenceClientModel", "smolagents.HfApiModel",
                "smolagents.AzureOpenAIServerModel"),
        methods=("generate", "__call__"), model="model_id",
    ),
    Api(
        name="smolagents", package="smolagents", makers=("smolagents.*Agent",), methods=("run",),
        on_maker=True,
        steps=("max_steps",),
    ),
    Api(
        name="pydantic-ai", package="pydantic-ai-slim", makers=("pydantic_ai.Agent",
        "pydantic_ai.agent.Agent"),
        methods=("run", "run_sync", "run_stream", "iter"), on_maker=True, steps=("usage_limits",),
    ),
    Api(
        name="pydantic-ai.model", package="pydantic-ai-slim", makers=_PYDANTIC_MODELS,
        methods=("request", "request_stream"), on_maker=True, model="model_name", elsewhere=True,
    ),
    Api(
        name="autogen.team", package="autogen-agentchat", on_maker=True, steps=("max_turns",
        "termination_condition"),
        makers=("autogen_agentchat.teams.*",), methods=("run", "run_stream"),
    ),
    Api(
        name="autogen", package="autogen-agentchat", on_maker=True, steps=("max_tool_iterations",),
        makers=("autogen_agentchat.agents.AssistantAgent",), methods=("run", "run_stream"),
    ),
    Api(
        name="autogen.model", package="autogen-ext", on_maker=True, methods=("create", "create_stream"),
        makers=("autogen_ext.models.openai.OpenAIChatCompletionClient",
                "autogen_ext.models.OpenAIChatCompletionClient",
                "autogen_ext.models.AzureOpenAIChatCompletionClient",
                "autogen_ext.models.openai.AzureOpenAIChatCompletionClient",
                "autogen_ext.models.anthropic.AnthropicChatCompletionClient"),
    ),
    Api(
        name="autogen.old", package="pyautogen", on_maker=True, steps=("max_turns",
        "max_consecutive_auto_reply"),
        makers=("autogen.*Agent", "autogen.AssistantAgent", "autogen.UserProxyAgent",
        "autogen.GroupChatManager"),
        methods=("initiate_chat", "a_initiate_chat", "generate_reply"),
    ),
    Api(
        name="ag2.config", package="ag2", on_maker=True,
        makers=("autogen.LLMConfig", "autogen.llm_config.LLMConfig", "ag2.LLMConfig"),
    ),
    Api(
        name="agno.model", package="agno", on_maker=True, model="id", makers=("agno.models.*",),
        methods=("invoke", "ainvoke", "response", "aresponse"),
        cap=("max_tokens", "max_completion_tokens", "max_output_tokens"),
    ),
    Api(
        name="agno", package="agno", on_maker=True, steps=("tool_call_limit",),
        makers=("agno.agent.Agent", "agno.agent.agent.Agent", "agno.team.Team", "agno.team.team.Team"),
        methods=("run", "arun", "print_response", "aprint_response"),
    ),
    Api(
        name="claude-agent-sdk", package="claude-agent-sdk", functions=("claude_agent_sdk.query",
        "claude_code_sdk.query"),
        makers=("claude_agent_sdk.ClaudeSDKClient",), methods=("query",), steps=("max_turns",),
    ),
    Api(
        name="llama-index", package="llama-index-core", on_maker=True,
        makers=("llama_index.llms.*",),
        methods=("chat", "achat", "complete", "acomplete", "stream_chat", "predict"),
    ),
    Api(
        name="llama-index.agent", package="llama-index-core", on_maker=True, steps=("max_iterations",),
        makers=("llama_index.core.agent.workflow.FunctionAgent", "llama_index.core.agent.workflow.ReActAgent",
                "llama_index.core.agent.workflow.AgentWorkflow", "llama_index.core.agent.ReActAgent"),
        methods=("run", "chat"),
    ),
    Api(
        name="dspy", package="dspy", makers=("dspy.LM",), methods=("__call__",), on_maker=True,
    ),
)  # fmt: skip

AGENT_ROOTS = frozenset({
    "openai", "anthropic", "google", "genai", "litellm", "ollama", "cohere", "groq", "mistralai", "together",
    "langchain",
    "langchain_core", "langchain_openai", "langchain_anthropic", "langchain_community",
    "langchain_google_genai",
    "langchain_ollama", "langchain_groq", "langchain_aws", "langchain_classic", "langgraph", "langsmith",
    "deepagents",
    "agents", "crewai", "crewai_tools", "autogen", "autogen_agentchat", "autogen_core", "autogen_ext",
    "smolagents",
    "pydantic_ai", "claude_agent_sdk", "claude_code_sdk", "llama_index", "dspy", "haystack",
    "semantic_kernel",
    "agent_framework", "mcp", "fastmcp", "instructor", "guidance", "outlines", "agno", "phi", "strands",
    "camel", "swarm",
    "letta", "mem0", "browser_use", "huggingface_hub", "transformers", "vllm", "tiktoken", "vertexai",
    "google_adk",
    "boto3", "aioboto3", "replicate", "xai_sdk", "zhipuai", "dashscope", "portkey_ai", "langfuse",
})  # fmt: skip
"""Packages whose import says that a file has to do with models or agents; `boto3` and `google` perhaps."""


@dataclass(frozen=True)
class _Table:
    exact: dict[str, Api] = field(default_factory=dict)
    patterns: tuple[tuple[re.Pattern[str], Api], ...] = ()
    telling: tuple[tuple[str, Api], ...] = ()


def _table() -> _Table:
    exact: dict[str, Api] = {}
    patterns: list[tuple[re.Pattern[str], Api]] = []
    telling: list[tuple[str, Api]] = []
    for api in APIS:
        exact |= dict.fromkeys(api.functions, api)
        for maker in api.makers:
            for method in api.methods:
                if "*" not in maker:
                    exact[f"{maker}.{method}"] = api
        starred = [re.escape(maker).replace(r"\*", r"[\w.]*") for maker in api.makers if "*" in maker]
        if starred:
            methods = "|".join(map(re.escape, api.methods))
            patterns.append((re.compile(rf"(?:{'|'.join(starred)})\.(?:{methods})"), api))
        telling += [(f".{method}", api) for method in api.telling]
    return _Table(exact, tuple(patterns), tuple(telling))


_TABLE = _table()
LAST_WORDS = frozenset(
    way.rpartition(".")[2] for api in APIS for way in (*api.methods, *api.functions, *api.telling)
)
"""What the last word of every call of a model is; nothing else need be looked at."""
WITH_TOOLS = (
    ".bind_tools",
    ".with_structured_output",
    ".with_retry",
    ".bind",
    ".with_config",
    ".with_fallbacks",
    ".with_options",
    ".with_raw_response",
    ".copy",
)
"""Methods that give back the same thing, set otherwise."""


def strip(dotted: str) -> str:
    """A dotted name without the methods on the way that give back the same thing."""
    for method in WITH_TOOLS:
        dotted = dotted.replace(f"{method}.", ".")
        dotted = dotted.removesuffix(method)
    return dotted


@cache
def api_of(dotted: str) -> Api | None:
    """The way to call a model that a dotted name is, when its receiver was followed to its maker."""
    dotted = strip(dotted)
    found = _TABLE.exact.get(dotted)
    if found is not None:
        return found
    return next((api for pattern, api in _TABLE.patterns if pattern.fullmatch(dotted)), None)


def api_by_method(chain: str, roots: frozenset[str]) -> Api | None:
    """The way that only the method's name tells; `chain` is the call as written, `roots` what is imported."""
    for method, api in _TABLE.telling:
        if (
            f".{chain}".endswith(method)
            and ".threads." not in chain
            and (not api.beside or roots & set(api.beside))
        ):
            return api
    return None


PACKAGES = {
    "groq": "groq", "together": "together", "mistralai": "mistralai", "langfuse": "openai",
    "cerebras": "cerebras-cloud-sdk",
    "langchain_openai": "langchain-openai", "langchain_anthropic": "langchain-anthropic",
    "langchain_groq": "langchain-groq",
    "langchain_google_genai": "langchain-google-genai",
    "langchain_google_vertexai": "langchain-google-vertexai",
    "langchain_ollama": "langchain-ollama", "langchain_mistralai": "langchain-mistralai",
    "langchain_aws": "langchain-aws",
    "langchain_community": "langchain-community", "langchain": "langchain",
    "langchain_litellm": "langchain-litellm",
    "langchain_classic": "langchain-classic", "langchain_deepseek": "langchain-deepseek",
    "langchain_xai": "langchain-xai",
    "langchain_nvidia_ai_endpoints": "langchain-nvidia-ai-endpoints", "langchain_cohere": "langchain-cohere",
    "langchain_fireworks": "langchain-fireworks", "langchain_together": "langchain-together",
    "langchain_perplexity": "langchain-perplexity", "langchain_ibm": "langchain-ibm",
    "deepagents": "deepagents", "langgraph": "langgraph", "llama_index": "llama-index-core",
}  # fmt: skip
"""The distribution whose defaults hold, by the outermost package of the maker, where an Api has many."""


def package_of(api: Api, made: str) -> str:
    """The distribution whose defaults hold for what was made by this dotted name."""
    if made.startswith("llama_index.llms."):
        return "llama-index-llms-" + made.split(".")[2].replace("_", "-").lower()
    if made.startswith("agno.models."):
        return _AGNO.get(made.split(".")[2], "")
    if api.name == "langchain.model" and (
        made.endswith("init_chat_model") or made.startswith("langchain_core.")
    ):
        return ""
    return PACKAGES.get(made.partition(".")[0], api.package)


_AGNO = {"openai": "openai", "anthropic": "anthropic", "groq": "groq", "mistral": "mistralai"}
"""Whose client a model of agno makes, by the module that it stands in."""


def package_of_model(name: str) -> str:
    """The distribution that LangChain's `init_chat_model` takes for a model; "" if that is open."""
    provider, separator, _ = name.partition(":")
    if separator:
        return "langchain-" + provider.replace("_", "-")
    for start, package in (("gpt-", "langchain-openai"), ("o1", "langchain-openai"), ("o3",
    "langchain-openai"),
                           ("claude", "langchain-anthropic"), ("mistral",
                           "langchain-mistralai")):  # fmt: skip
        if name.startswith(start):
            return package
    return ""


def by_name(name: str) -> Api | None:
    """The way to call a model of this name."""
    return _BY_NAME.get(name)


_BY_NAME = {api.name: api for api in APIS}


@cache
def maker_of(dotted: str) -> Api | None:
    """The way whose instances a dotted name makes: "openai.OpenAI" is the first of them."""
    if dotted.startswith("langchain_core.") or _NO_MODEL.search(dotted):
        return None  # what annotations name, and nobody makes; and what stands beside the models
    return _MAKERS.get(dotted) or next(
        (api for pattern, api in _MAKER_PATTERNS if pattern.fullmatch(dotted)), None
    )


_NO_MODEL = re.compile(
    r"(?:^|\.)(?:(?:Chat|Completion)(?:Message|Response)\w*|MessageRole|LLMMetadata|Message|Metrics)$|"
    r"^(?:llama_index\.llms|agno\.models)\.(?:[\w.]*\.)?(?:LLM|Model)$"
)
_MAKERS = {maker: api for api in reversed(APIS) for maker in api.makers if "*" not in maker}
_MAKER_PATTERNS = tuple(
    (
        re.compile(
            re.escape(maker).replace(r"\*", r"(?:[a-z_]\w*\.)*[A-Z]\w*" if maker.endswith(".*") else r"\w*")
        ),
        api,
    )
    for api in APIS
    for maker in api.makers
    if "*" in maker
)


class _MakerWords:
    """The last words of makers' names; those of patterns are any that begin with a capital."""

    _exact = frozenset(maker.rpartition(".")[2] for api in APIS for maker in api.makers if "*" not in maker)

    def __contains__(self, word: str) -> bool:
        return word in self._exact or word[:1].isupper()


MAKER_WORDS = _MakerWords()
"""What the last word of every maker is; nothing else need be looked at."""
