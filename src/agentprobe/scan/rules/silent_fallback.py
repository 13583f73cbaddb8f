"""Another model answers when the first fails, and nobody records it."""

from __future__ import annotations

from collections.abc import Iterable

from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier


class SilentFallback(Rule):
    """When a call of a model fails, another is made in its place, and no log or metric says so.

    Finds: a broad handler around a call of a model that calls a model itself (another one, without tools, by
    another API) and writes no warning, no error and no metric.

    Breaks: the weaker answer looks like the usual one. Quality falls for hours while every dashboard is
    green, and an expired key for the first model is found when the second one's bill comes.

    Example:

        from openai import OpenAI

        client = OpenAI()

        def ask(messages):
            try:
                return client.chat.completions.create(model="gpt-5", messages=messages)
            except Exception:
                return client.chat.completions.create(model="gpt-5-nano", messages=messages)

    Instead:

        import logging
        from openai import OpenAI

        client = OpenAI()

        def ask(messages):
            try:
                return client.chat.completions.create(model="gpt-5", messages=messages)
            except Exception:
                logging.warning("gpt-5 failed, the small model answers", exc_info=True)
                return client.chat.completions.create(model="gpt-5-nano", messages=messages)

    False alarms: a fallback that is logged with its reason, or marked in what is returned.
    """

    code = "ERR010"
    severity = Severity.MEDIUM
    mode = Mode.SILENT_ERRORS
    probe = Probe(faults=("overloaded", "auth_expired"), expects="answers by another model, unsaid")
    triggers = ("except",)

    def in_project(self, project: Project) -> Iterable[Finding]:
        for facts in project.facts.values():
            for one in facts.caught if not is_test(facts.path) else ():
                if one.how == "falls back" and one.asked is not None and not (one.boundary and one.told):
                    yield self.found(
                        one.place,
                        f"when {one.callee.rpartition('.')[2]}() fails, another call answers, unrecorded",
                        tier=Tier.PROVED if one.sure else Tier.INFERRED,
                        subject=one.function,
                        consequence="answers get worse while the first model is away, and no alarm rings",
                        advice="log a warning with the error, or count it, before the second call",
                        related=(one.asked,),
                    )
