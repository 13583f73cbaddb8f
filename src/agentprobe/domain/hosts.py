"""Whose host it is: a model provider's, or one to which frameworks tell their makers how they are used."""

from __future__ import annotations

_PROVIDERS = frozenset(
    {
        "api.anthropic.com",
        "api.cerebras.ai",
        "api.cohere.com",
        "api.deepseek.com",
        "api.fireworks.ai",
        "api.groq.com",
        "api.mistral.ai",
        "api.moonshot.ai",
        "api.openai.com",
        "api.perplexity.ai",
        "api.together.xyz",
        "api.x.ai",
        "eu.api.openai.com",
        "us.api.openai.com",
        "aiplatform.googleapis.com",
        "generativelanguage.googleapis.com",
        "integrate.api.nvidia.com",
        "ollama.com",
        "openrouter.ai",
        "router.huggingface.co",
    }
)
_DOMAINS = (
    ".api.openai.com",
    ".openai.azure.com",
    ".services.ai.azure.com",
    "-aiplatform.googleapis.com",
    ".cognitiveservices.azure.com",
)
_TELEMETRY = frozenset(
    {
        "telemetry.crewai.com",
        "os-api.agno.com",
        "api.agno.com",
        "raw.githubusercontent.com",
        "statsig.anthropic.com",
        "us.i.posthog.com",
        "eu.i.posthog.com",
        "app.posthog.com",
        "api.smith.langchain.com",
        "cloud.langfuse.com",
        "logfire-api.pydantic.dev",
    }
)
_TELEMETRY_DOMAINS = (".ingest.sentry.io", ".ingest.us.sentry.io", ".i.posthog.com", ".datadoghq.com")


def is_provider(host: str) -> bool:
    """Does a host belong to a model provider?"""
    name = host.lower().rstrip(".")
    is_bedrock = name.startswith("bedrock-runtime.") and name.endswith(".amazonaws.com")
    return name in _PROVIDERS or name.endswith(_DOMAINS) or is_bedrock


def provider_domains() -> tuple[str, ...]:
    """Domains below which all providers' hosts lie; other hosts lie there too."""
    wide = (domain.partition(".")[2] for domain in _DOMAINS)
    return (*sorted(_PROVIDERS), *wide, "amazonaws.com")


def is_telemetry(host: str) -> bool:
    """Is it a host to which frameworks phone home, or ship their traces?"""
    name = host.lower().rstrip(".")
    return name in _TELEMETRY or name.endswith(_TELEMETRY_DOMAINS)


def is_loopback(host: str) -> bool:
    """Is it this machine itself?"""
    name = host.lower().strip("[]")
    return name in ("localhost", "::1", "::ffff:127.0.0.1") or name.startswith("127.")
