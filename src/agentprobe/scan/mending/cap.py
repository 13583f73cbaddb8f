"""A cap on the answer, under the name and in the place where each API takes it."""

from __future__ import annotations

from agentprobe.scan.call_tokens import models_of
from agentprobe.scan.effective import Effective
from agentprobe.scan.finding import Edit, Fix
from agentprobe.scan.mending.nested import within
from agentprobe.scan.module import argument
from agentprobe.scan.nodes import call_at
from agentprobe.scan.project import Project

_CAP, _CAP_OF_THINKERS = 4_096, 16_384
"""What thinks before it answers pays for its thoughts out of the same cap."""
_NESTED = {
    "gemini": "max_output_tokens",
    "gemini.old": "max_output_tokens",
    "ollama": "num_predict",
    "bedrock": "maxTokens",
}
_OF_LANGCHAIN = {
    "langchain_openai.ChatOpenAI": "max_tokens",
    "langchain_openai.AzureChatOpenAI": "max_tokens",
    "langchain_google_genai.ChatGoogleGenerativeAI": "max_output_tokens",
    "langchain_google_vertexai.ChatVertexAI": "max_output_tokens",
    "langchain_ollama.ChatOllama": "num_predict",
    "langchain_groq.ChatGroq": "max_tokens",
    "langchain_mistralai.ChatMistralAI": "max_tokens",
    "langchain_deepseek.ChatDeepSeek": "max_tokens",
    "langchain_xai.ChatXAI": "max_tokens",
    "langchain_litellm.ChatLiteLLM": "max_tokens",
    "langchain.chat_models.init_chat_model": "max_tokens",
}


def capping(project: Project, one: Effective) -> Fix | None:
    """A fix that sets a cap on a call's answers, or on the model that it asks; None where it has no place."""
    on_maker = one.call.api == "langchain.model"
    client = one.call.client
    where = client.place if on_maker and client is not None else one.call.place
    found = call_at(project, where)
    if found is None or any(word.arg is None for word in found[1].keywords):
        return None
    module, call = found
    cap = _cap(one)
    if one.call.api in _NESTED:
        name = _NESTED[one.call.api]
        edit = within(module, call, one.call.api, name=name, value=str(cap))
        return _fix(name, cap, edit) if edit is not None else None
    made = client.made if client is not None else module.qualified(call.func)
    name = _OF_LANGCHAIN.get(made, "") if on_maker else _name(one)
    if not name or argument(call, name) is not None:
        return None
    return _fix(name, cap, module.with_argument(call, f"{name}={cap}"))


def _cap(one: Effective) -> int:
    """Room enough for what the models that it may ask write, and no more than they can."""
    known = [facts for _, facts in models_of(one)]
    cap = _CAP_OF_THINKERS if any(facts.thinks for facts in known) else _CAP
    return min([cap, *(facts.writes for facts in known if facts.writes)])


def _name(one: Effective) -> str:
    """The parameter's name; "" for APIs that have another way."""
    api, client = one.call.api, one.call.client
    if api == "openai.chat":
        made = client.made if client is not None else one.call.callee
        given = client.arguments if client is not None else {}
        own = made.startswith("openai.") and not {"base_url", "azure_endpoint", "api_base"} & given.keys()
        old = "ChatCompletion" in one.call.callee or "Azure" in made
        known = models_of(one)
        thinks = bool(known) and all(
            facts.provider == "openai" and facts.samples is False for _, facts in known
        )
        return "max_completion_tokens" if (own and not old) or thinks else "max_tokens"
    plain = {"openai.responses": "max_output_tokens", "litellm.router": "max_tokens", "cohere": "max_tokens"}
    if api == "litellm":
        return "max_output_tokens" if one.call.callee.endswith("responses") else "max_tokens"
    return plain.get(api, "")


def _fix(name: str, cap: int, edit: Edit) -> Fix:
    return Fix(what=f"cap the answer at {cap:,} tokens ({name})", edits=(edit,))
