"""How bad a finding is, how sure, who wants to hear of it, and which way of breaking it belongs to."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """How bad it is where it happens; ordered."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for what is merely told, 4 for the worst."""
        return _SEVERITIES.index(self)

    def capped(self, most: Severity) -> Severity:
        """This one, or `most` where it is worse."""
        return self if self.rank <= most.rank else most


_SEVERITIES = tuple(Severity)


class Tier(StrEnum):
    """What a finding stands on; it caps the severity, since what is guessed must not shout."""

    PROVED = "proved"
    """Every value that it needs stands in the source, or is the default of a version that is known."""
    INFERRED = "inferred"
    """A value or a type was followed through the code, or a version was assumed."""
    HINT = "hint"
    """Names and habits say so."""

    @property
    def most(self) -> Severity:
        """The worst severity that such a finding may have."""
        return _MOST[self]


_MOST = {Tier.PROVED: Severity.CRITICAL, Tier.INFERRED: Severity.HIGH, Tier.HINT: Severity.MEDIUM}


class Persona(StrEnum):
    """Who reads the findings; each hears what those before it hear, and more."""

    REGULAR = "regular"
    """A team that wants to hear what it will act on."""
    PEDANTIC = "pedantic"
    """Somebody who wants hints and matters of taste too."""
    AUDITOR = "auditor"
    """Somebody who reviews, and wants everything that was seen."""

    def hears(self, needed: Persona) -> bool:
        """Is what `needed` or more curious readers want to hear told to this one?"""
        order = tuple(Persona)
        return order.index(self) >= order.index(needed)


class Mode(StrEnum):
    """The ways in which agents break in production, as teams name them."""

    TEMPERATURE_DRIFT = "temperature_drift"
    CONTEXT_OVERFLOW = "context_overflow"
    TOKEN_LIMIT = "token_limit"
    SILENT_ERRORS = "silent_errors"
    PROMPT_DRIFT = "prompt_drift"
    API_LATENCY = "api_latency"
    RACE_CONDITION = "race_condition"
    READINESS = "readiness"
    NO_SYSTEM = "no_system"
    """Checkpoints, failure budgets, verification: the systems around the model are missing."""
    FIXTURES = "fixtures"
    TOOL_CONTRACT = "tool_contract"
    OPERATIONS = "operations"


class Item(StrEnum):
    """What an agent needs before it is called ready for production."""

    ESCALATION = "escalation rule"
    CONTEXT_AGE = "context age is checked"
    STATE_FILES = "state that survives a restart"
    RESTART_RECOVERY = "restart recovery"
    SESSION_BUDGET = "session budget"
    OUTPUT_SCHEMA = "output schema with validation"
    DEAD_LETTERS = "dead letters for failed tasks"
    MONITORING = "monitoring"
    FAILURE_BUDGET = "failure budget"
    VERIFICATION = "writes are verified"
    DEADLINES = "every call has a deadline"
    PROMPT_LOCK = "prompts under lock"
    PINNED_SAMPLING = "sampling and model pinned"
