"""Which scripts have anything to do with agents, told from their bytes before anything is parsed."""

from __future__ import annotations

import re

_WORDS = re.compile(
    rb"['\"](?:openai|ai|ollama|groq-sdk|together-ai|langchain|p-retry)(?:/[\w/.-]+)?['\"]"
    rb"|['\"]@(?:anthropic-ai|ai-sdk|langchain|google/genai|google/generative-ai|openai|mastra|mistralai"
    rb"|modelcontextprotocol|cerebras)[/'\"]"
    rb"|chat\.completions|chat/completions|\bv1/messages\b|messages\.(?:create|stream)\(|generateContent"
    rb"|tool_calls|toolCalls|generateText|streamText|generateObject|StructuredTool|registerTool"
    rb"|api\.(?:openai|anthropic|groq|mistral)\.|claude-|gpt-[345]|gemini-"
)


def speaks_of_agents(raw: bytes) -> bool:
    """Does a script import what agents are made of, or hold words that only they need?"""
    return _WORDS.search(raw) is not None
