"""A refusal: why a provider does not answer a request, in neutral words; each protocol has its own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a provider refuses."""

    TOKENS_LIMIT = "tokens limit"
    """Too many tokens within a minute."""
    GROWING_TOO_FAST = "growing too fast"
    """Inside all limits, but many more requests than a moment ago."""
    CREDITS_SPENT = "credits spent"
    """What was paid ahead is used up."""
    ORGANIZATION_SPENT = "organization's limit spent"
    """The organization has spent what it may."""
    PROJECT_SPENT = "project's limit spent"
    """The project, or the workspace, has spent what it may."""
    BILLING_STOPPED = "billing stopped"
    """Nobody pays for this account any more."""
    OVERLOADED = "overloaded"
    """The provider has no room for anybody's request."""
    TIMED_OUT = "timed out"
    """The provider's own limit of time is over."""
    CONTEXT_TOO_LONG = "context too long"
    """The conversation does not fit into the model."""
    REQUEST_TOO_LARGE = "request too large"
    """The request has more bytes than are read."""
    KEY_EXPIRED = "key expired"
    """The caller's key is good no longer."""
    PERMISSION_DENIED = "permission denied"
    """The key is good, but not for this model."""
    MODEL_REMOVED = "model removed"
    """The model exists no longer."""
    PROMPT_FILTERED = "prompt filtered"
    """What was asked is not to be asked."""
    PARAMETER_REJECTED = "parameter rejected"
    """A setting is no longer understood, or no longer allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A reason, and the figures that a provider gives with it."""

    reason: Reason
    retry_after: float | None = None
    """After how many seconds it asks to come back; None where it does not say."""
    size: int = 0
    """What the request has too much of: tokens, or bytes of one that is too large."""
    most: int = 0
    """How much of it there may be."""
    parameter: str = ""
    """The setting that is rejected, by its place in the request."""
