"""The calls of models in scripts, each with what holds for it in the end."""

from __future__ import annotations

from agentprobe.scan.defaults import shipped
from agentprobe.scan.effective.resolved import NOBODY, UNKNOWN, Effective, Resolved
from agentprobe.scan.effective.worst import worst_of
from agentprobe.scan.facts import Facts, Known
from agentprobe.scan.project import Project
from agentprobe.scan.scripts.facts import ScriptCall
from agentprobe.scan.scripts.packages import packages
from agentprobe.scan.severity import Tier

_SOURCES = {"temperature": "not set: the provider decides", "cap": "not set: the provider decides"}


def script_calls(project: Project) -> tuple[tuple[ScriptCall, Effective], ...]:
    """Every call of a model in a script; worked out once for a scan."""
    if "script calls" not in project.kept:
        project.kept["script calls"] = tuple(
            (one, _effective(project, path, one))
            for path, facts in project.scripts.items()
            for one in facts.calls
        )
    found: tuple[tuple[ScriptCall, Effective], ...] = project.kept["script calls"]
    return found


def _effective(project: Project, path: str, one: ScriptCall) -> Effective:
    model, cap = _setting(project, path, one, "model"), _setting(project, path, one, "cap")
    timeout, attempts = (_setting(project, path, one, name) for name in ("timeout", "attempts"))
    steps = (
        _setting(project, path, one, "steps")
        if one.loops
        else Resolved(value=1, known=True, source="one call", tier=Tier.PROVED)
    )
    return Effective(
        call=one.call,
        facts=Facts(path=path, language="typescript"),
        package=one.package,
        model=model,
        temperature=_setting(project, path, one, "temperature"),
        cap=cap,
        timeout=timeout,
        attempts=attempts,
        steps=steps,
        deadline=NOBODY,
        made_only=one.made_only,
        worst=worst_of(
            model=model, cap=cap, timeout=timeout, attempts=attempts, steps=steps, deadline=NOBODY, outer=()
        ),
    )


def _setting(project: Project, path: str, one: ScriptCall, name: str) -> Resolved:
    said = one.settings.get(name)
    if said is not None:
        known = said.known is Known.LITERAL
        return Resolved(
            value=said.value if known else None,
            known=known,
            given=True,
            source=f"{path}:{said.place.line}" if said.place is not None else "",
            place=said.place,
            tier=Tier.PROVED if known and not one.hidden else Tier.INFERRED,
        )
    if one.hidden or (one.client_hidden and name in ("timeout", "attempts")):
        return UNKNOWN
    return _default(project, path, one, name)


def _default(project: Project, path: str, one: ScriptCall, name: str) -> Resolved:
    bare = one.package.removeprefix("npm:")
    version, locked, where = packages(project).version(bare, path)
    row = shipped().find(one.package, name, version=version, way=one.call.api)
    if row is None:
        return Resolved(known=True, source=_SOURCES[name], tier=Tier.PROVED) if name in _SOURCES else UNKNOWN
    sure = locked or len(shipped().rows(one.package, name, one.call.api)) == 1
    told = f"{bare} {version} ({where.rpartition('/')[2]})" if version else bare
    if row.like:
        row = shipped().find(row.like, name, way=one.call.api) or row
        told = f"{row.package.removeprefix('npm:')}, by {told}"
    value = row.value
    return Resolved(
        value=int(value) if value is not None and value.is_integer() and name != "temperature" else value,
        known=True,
        source=f"default of {told}{f': {row.none}' if row.none else ''}",
        tier=Tier.PROVED if sure else Tier.INFERRED,
    )
