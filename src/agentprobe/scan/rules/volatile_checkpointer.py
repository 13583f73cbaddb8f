"""The agent's progress is kept in memory alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.finding import Finding, Met, Place, Probe
from agentprobe.scan.module import Module, argument
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_shown, is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Item, Mode, Severity, Tier
from agentprobe.scan.units import units

_VOLATILE = {
    "langgraph.checkpoint.memory.MemorySaver": "a saver in memory",
    "langgraph.checkpoint.memory.InMemorySaver": "a saver in memory",
    "google.adk.sessions.InMemorySessionService": "a session service in memory",
    "google.adk.memory.InMemoryMemoryService": "a memory service in memory",
    "autogen_core.memory.ListMemory": "a list in memory",
    "agno.db.in_memory.InMemoryDb": "a database in memory",
}
_DURABLE = re.compile(
    r"(?:Postgres|Sqlite|SQLite|Redis|Mongo|MySQL|DynamoDB|Firestore)\w*(?:Saver|Session|SessionService|Db|Storage|Store)"
    r"|AsyncPostgresSaver|DatabaseSessionService|SQLAlchemySession|temporalio\.|dbos\.|restate|prefect\.flow|inngest"
    r"|save_state$|\.checkpoint(?:s)?\.(?:save|write|put)$"
)

_NO_PROGRESS = re.compile(r"dedupe|ownership|capacity|cache|vector|ratelimit|rate_limit|lock", re.IGNORECASE)


class VolatileCheckpointer(Rule):
    """An agent keeps its progress in a checkpointer that is gone with its process.

    Finds: a saver or session service in memory that is handed to a graph, an agent or a runner, outside tests
    and examples; a SQLite session without a file.

    Breaks: a deployment, a crash or a second replica, and every conversation under way starts anew. What was
    done before is done again, or what was half done is never finished.

    Example:

        from langgraph.checkpoint.memory import MemorySaver
        from langgraph.graph import StateGraph

        graph = StateGraph(dict).compile(checkpointer=MemorySaver())

    Instead:

        from langgraph.checkpoint.postgres import PostgresSaver
        from langgraph.graph import StateGraph

        with PostgresSaver.from_conn_string(DATABASE) as saver:
            graph = StateGraph(dict).compile(checkpointer=saver)

    False alarms: tests, notebooks and demos; a choice by environment in which production has another branch.
    """

    code = "RDY003"
    severity = Severity.MEDIUM
    mode = Mode.NO_SYSTEM
    item = Item.RESTART_RECOVERY
    triggers = ("MemorySaver", "InMemory", "SQLiteSession", "ListMemory")
    probe = Probe(
        faults=("crash_after_effect",),
        expects="starts over and does again what it had done",
        shows=(Sign.DUPLICATED,),
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path) or is_shown(module.path):
            return
        for call in module.calls:
            what = _volatile(module, call)
            if what and not _is_a_choice(module, call):
                name = module.source(call.func)
                yield self.found(
                    module.place(call),
                    f"{name}() is {what}: the agent's progress is gone with its process",
                    tier=Tier.PROVED,
                    subject=f"{module.qualname(call)}:{name}",
                    consequence="after a crash or on a second replica every session starts over",
                    advice="keep checkpoints in a database, such as PostgreSQL or SQLite",
                )

    def met(self, project: Project) -> Iterable[Met]:
        for unit in units(project):
            for name, facts in unit.called.items():
                durable = _DURABLE.search(name)
                if durable is not None and not _NO_PROGRESS.search(name):
                    place = next((one.place for one in facts.clients), Place(path=facts.path))
                    for item in (Item.RESTART_RECOVERY, Item.STATE_FILES):
                        yield Met(item=item, place=place, what=f"{durable[0].strip('.')} keeps the state")
        for document in project.documents:
            if document.kind == "langgraph" and document.get("graphs") and not is_test(document.path):
                place = document.place("graphs")
                for item in (Item.RESTART_RECOVERY, Item.STATE_FILES):
                    yield Met(item=item, place=place, what="the LangGraph server keeps the state")


def _volatile(module: Module, call: ast.Call) -> str:
    dotted = module.qualified(call.func)
    if dotted in _VOLATILE:
        return _VOLATILE[dotted]
    if dotted.endswith("SQLiteSession") and dotted.startswith("agents."):
        path = argument(call, "db_path", 1)
        if path is None or (isinstance(path, ast.Constant) and path.value == ":memory:"):
            return "a session without a file"
    return ""


def _is_a_choice(module: Module, call: ast.Call) -> bool:
    """Is it only one of several that a setting chooses among, or what is left when another fails?"""
    if any(
        isinstance(one, ast.IfExp | ast.BoolOp | ast.If | ast.ExceptHandler) for one in module.ancestors(call)
    ):
        return True
    function = module.function(call)
    if function is None:
        return False
    given = [
        one for one in ast.walk(function) if isinstance(one, ast.Return | ast.Yield) and one.value is not None
    ]
    return len(given) > 1
