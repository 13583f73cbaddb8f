"""Nothing tells anybody when the agent goes wrong."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from agentprobe.scan.document import Document
from agentprobe.scan.finding import Finding, Met, Place
from agentprobe.scan.module import Module, argument
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_shown, is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Item, Mode, Persona, Severity, Tier
from agentprobe.scan.units import Unit, units
from agentprobe.scan.values import literal

WATCHERS = frozenset({
"opentelemetry", "langsmith", "langfuse", "sentry_sdk", "prometheus_client", "ddtrace", "datadog", "newrelic",
    "logfire", "agentops", "weave", "mlflow", "phoenix", "openinference", "traceloop", "helicone",
    "braintrust",    "opik", "arize", "agentprobe", "statsd",
    "elasticapm", "honeycomb", "openlit", "aws_xray_sdk", "rollbar",
    "bugsnag",
})  # fmt: skip
_OFF = re.compile(r"^(?:LANGCHAIN_TRACING_V2|LANGSMITH_TRACING|LANGFUSE_TRACING_ENABLED|LANGFUSE_ENABLED)$")
_DISABLED = re.compile(r"^(?:OTEL_SDK_DISABLED|OPENAI_AGENTS_DISABLE_TRACING)$")
_SWITCHES = ("agents.set_tracing_disabled", "agents.tracing.set_tracing_disabled")
_FALSE, _TRUE = ("false", "0", "no", "off"), ("true", "1", "yes", "on")


class NoMonitoring(Rule):
    """Tracing is switched off, or the program has nothing that would tell anybody when it goes wrong.

    Finds: `set_tracing_disabled(True)`, and environment files and assignments to `os.environ` that switch
    tracing off; and, for those who want everything, programs with writing tools that import nothing which
    watches.

    Breaks: a log is not monitoring. An agent that silently does the wrong thing is found by its users.

    Example:

        from agents import Agent, Runner, set_tracing_disabled

        set_tracing_disabled(True)

    Instead:

        from agents import Agent, Runner, add_trace_processor

        add_trace_processor(exporter)

    False alarms: monitoring by a sidecar, a proxy or a platform that the code does not name.
    """

    code = "RDY010"
    severity = Severity.LOW
    mode = Mode.READINESS
    item = Item.MONITORING

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path) or is_shown(module.path):
            return
        for one in module.of(ast.Assign):
            yield from self._set(module, one)
        for call in module.calls if "agents" in module.imported_roots else ():
            if (
                module.qualified(call.func) in _SWITCHES
                and literal(module, argument(call, "disabled", 0)) is True
            ):
                yield self._off(module.place(call), module.source(call), perhaps=_branch(module, call))

    def _set(self, module: Module, node: ast.Assign) -> Iterable[Finding]:
        """`os.environ["LANGCHAIN_TRACING_V2"] = "false"`."""
        target, told = node.targets[0], literal(module, node.value)
        if not isinstance(target, ast.Subscript) or not isinstance(told, str):
            return
        name = literal(module, target.slice)
        if module.qualified(target.value) != "os.environ" or not isinstance(name, str):
            return
        if _switches_off(name, told):
            yield self._off(module.place(node), f"{name}={told}", perhaps=_branch(module, node))

    def in_document(self, document: Document) -> Iterable[Finding]:
        if document.kind != "env" or not isinstance(document.data, dict) or "example" in document.path:
            return
        for name, told in document.data.items():
            if _switches_off(name, str(told)):
                yield self._off(document.place(name), f"{name}={told}", perhaps=False)

    def _off(self, where: Place, what: str, *, perhaps: bool) -> Finding:
        return self.found(
            where,
            f"{what} switches tracing off",
            tier=Tier.INFERRED if perhaps else Tier.PROVED,
            subject=what,
            consequence="what the agent did cannot be seen afterwards, and nothing can raise an alarm",
            advice="leave tracing on, and send it where somebody is told when failures rise",
        )

    def in_project(self, project: Project) -> Iterable[Finding]:
        for unit in units(project):
            if (
                unit.calls
                and unit.writing_tools
                and not is_shown(unit.calls[0].place.path)
                and not list(watched(unit))
            ):
                yield self.found(
                    unit.place,
                    "nothing that this program imports tells anybody when the agent goes wrong",
                    tier=Tier.HINT,
                    persona=Persona.PEDANTIC,
                    subject=unit.folder,
                    consequence="failures are found by users",
                    advice="export spans (OpenTelemetry) or errors, and set an alarm on the share that fails",
                )

    def met(self, project: Project) -> Iterable[Met]:
        for unit in units(project):
            yield from watched(unit)


def watched(unit: Unit) -> Iterable[Met]:
    """What watches a program, and a file that imports it."""
    for name in sorted(WATCHERS & unit.roots):
        facts = next(one for one in unit.facts if name in one.roots)
        place = next((one.place for one in facts.model_calls), None) or Place(path=facts.path)
        yield Met(item=Item.MONITORING, place=place, what=f"{name} is imported")


def _switches_off(name: str, told: str) -> bool:
    """Does a variable of the environment switch tracing off?"""
    says = told.lower()
    return bool((_OFF.match(name) and says in _FALSE) or (_DISABLED.match(name) and says in _TRUE))


def _branch(module: Module, call: ast.AST) -> bool:
    return any(isinstance(one, ast.If) for one in module.ancestors(call))
