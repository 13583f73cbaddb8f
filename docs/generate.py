"""Write docs/reference from the code, so that what it says about settings, commands and formats is true.

`python docs/generate.py` writes the folder; `python docs/generate.py FOLDER` writes another one.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec.inspect import StructType, type_info

from agentprobe.chaos._settings import settings_of
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import FAULTS, Fault
from agentprobe.cli import main as cli
from agentprobe.config.schema import sentences, settings_schema
from agentprobe.config.settings import Settings
from agentprobe.dialects import DIALECTS
from agentprobe.domain.call import Kind
from agentprobe.domain.evidence import Mode, Status
from agentprobe.domain.mend import Mend
from agentprobe.domain.reaction import HARMLESS, Reaction
from agentprobe.domain.verdict import Decision
from agentprobe.report import json_trace
from agentprobe.report.chaos_words import MEANINGS as REACTIONS
from agentprobe.report.terminal_chaos import form
from agentprobe.report.words import MEANINGS
from agentprobe.scan.rule import RULES
from agentprobe.sim import script_file
from agentprobe.sim.policies import POLICIES
from agentprobe.trace import records
from agentprobe.worlds.fidelity.asking import QUERIES
from agentprobe.worlds.manifest import Manifest
from agentprobe.worlds.plan import ColumnPlan, Plan, TablePlan
from agentprobe.worlds.planting.ambiguity import AMBIGUITIES
from agentprobe.worlds.roles import Role
from fields import HEAD, Row, fields_of, grid, info_of, inner_table, spelled, table_of, words

HERE = Path(__file__).parent
NOTICE = "<!-- Written by docs/generate.py from the code; change the code, then run `make docs`. -->"


# -- pages -----------------------------------------------------------------------------------------------


def settings_page() -> Iterator[str]:
    """agentprobe.toml, table by table."""
    yield "# agentprobe.toml"
    yield (
        "Every table and key. A key that is not here is an error, which names the nearest one. Editors check "
        "and complete the file by [agentprobe.schema.json](agentprobe.schema.json)."
    )
    yield from tables(Settings, "")


def tables(kind: type, prefix: str) -> Iterator[str]:
    """The tables below a settings type, in the order of its fields."""
    texts = sentences(kind)
    for field in fields_of(kind):
        found, header = inner_table(field.type, f"{prefix}{field.name}")
        if found is None:
            continue
        yield f"## {header}"
        yield texts[field.name]
        yield from table_of(found, hidden=(StructType,))
        yield from tables(found.cls, f"{field.name}.")


def commands_page() -> Iterator[str]:
    """Every command with its options, as its own --help knows them."""
    yield "# Commands"
    root = click.Context(cli.agentprobe, info_name="agentprobe")
    for name in cli.agentprobe.list_commands(root):
        command = cli.agentprobe.get_command(root, name)
        assert command is not None, f"{name} is listed and not there"
        yield from command_parts(command, root, name)


def command_parts(command: click.Command, parent: click.Context, name: str) -> Iterator[str]:
    """One command and those below it."""
    context = click.Context(command, info_name=name, parent=parent)
    yield f"## {context.command_path}"
    yield "```text\n" + " ".join([context.command_path, *command.collect_usage_pieces(context)]) + "\n```"
    yield from (paragraph(text) for text in inspect.cleandoc(command.help or "").split("\n\n"))
    options = [one for one in command.params if isinstance(one, click.Option)]
    rows = [record for one in options if (record := one.get_help_record(context)) is not None]
    if rows:
        yield grid(("option", "what it does"), [(f"`{name}`", text) for name, text in rows])
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None, f"{below} is listed and not there"
            yield from command_parts(found, context, below)


def paragraph(text: str) -> str:
    r"""A paragraph of a help text; click marks one whose lines stay apart with a \b of its own."""
    told, mark, lines = text.partition("\b\n")
    return f"```text\n{lines}\n```" if mark and not told else text


def faults_page() -> Iterator[str]:
    """The catalogue of misbehaviours and how a schedule is written."""
    yield "# Faults"
    yield SCHEDULES
    yield "The faults by family; those with a star are in the suite `ci`."
    texts = sentences(Family)
    for family in Family:
        own = [fault for fault in FAULTS if fault.family is family]
        links = ", ".join(f"[{one.name}](#{one.name}){'*' if one.telling else ''}" for one in own)
        yield f"- **{family.value}**: {texts[family.name]} {links}"
    for fault in FAULTS:
        yield f"## {fault.name}"
        yield from story(fault)
        mends = ", ".join(f"`{mend.value}`" for mend in fault.mends)
        yield f"**A remedy**: {fault.remedy} ({mends})"
        sites = " and ".join(SITES[kind] for kind in fault.strikes)
        yield f"Strikes {sites}. Family: {fault.family.value}."
        if len(fault.variants()) > 1:
            yield f"A campaign tries it as {', '.join(f'`{form(one)}`' for one in fault.variants())}."
        if settings_of(fault):
            yield grid(HEAD, fault_rows(fault))


SITES = {
    Kind.MODEL: "model calls",
    Kind.TOOL: "tool calls",
    Kind.STATE: "what a tool server is asked else (`@state:tools/list`)",
}


def story(fault: type[Fault]) -> Iterator[str]:
    """The docstring of a fault with its labels in bold, one a paragraph."""
    first, _, rest = inspect.cleandoc(fault.__doc__ or "").partition("\n\n")
    yield first
    for label in ("What happens", "Seen in the wild", "A sound agent"):
        rest = rest.replace(f"{label}:", f"\n**{label}**:")
    yield rest.strip()


def fault_rows(fault: type[Fault]) -> Iterator[Row]:
    """The settings of a fault."""
    texts = sentences(fault)
    for name, hint in settings_of(fault).items():
        default = spelled(getattr(fault, name))
        yield Row(f"`{name}`", words(type_info(hint)), default, texts.get(name, ""))


SCHEDULES = """A schedule says which faults strike which calls: in `[faults] schedules`, with
`agentprobe trace --fault`, and in `agentprobe.session(schedule=...)`.

```text
cut_stream@model:2                         the second model call
rate_limited(retry_after=3)@model:2-4      the second to the fourth, with a setting
server_error@model:2x                      each request the first two times that it is made; then it recovers
server_error@model:5s-30s                  model calls from the fifth to the thirtieth second of the session
tool_error@tool:1                          the first call of any tool
tool_error(after=true)@tool:refund:1       the first call of the tool `refund`, after it did its work
tool_error@tool:refund[A-17]               calls of `refund` whose arguments hold the text A-17
hang@research/model:2                      the second model call made within the tool `research`
tools_changed@state:tools/list:2+          the list of a tool server's tools, from the second time on
latency@model~0.25                         every model call, with a chance of one in four
cut_stream@model:2, empty_result@tool:1+   both
```

Calls are counted as they reach the world, HTTP attempts one by one; with a place or a text, those that fit
it. Chance is decided by the seed, the request and how often it was made, so the same calls are struck in
whatever order they come. Where
several strike one call, the first that is written is the outermost. A schedule may also be a file of
`[[strike]]` tables with `fault`, `at` and the settings, in TOML or JSON (`--fault FILE`). The faults that
strike tools do so where they run, if they carry `@agentprobe.tool`, and otherwise where their results are
told to the model: see [suppress](../guide/suppress.md)."""


def exit_codes_page() -> Iterator[str]:
    """What the exit codes say to a pipeline."""
    yield "# Exit codes"
    yield grid(
        ("code", "meaning"),
        [
            (f"`{cli.GOOD}`", "good; from `run`: the gate's verdict is pass"),
            (
                f"`{cli.FINDINGS}`",
                "findings; from `run`: the verdict is fail, or a run that was repeated differs; from "
                "`chaos`: something breaks the agent",
            ),
            (f"`{cli.WRONG_USE}`", "a command line, a setting or a file says something that cannot be meant"),
            (f"`{Decision.NOT_OBSERVED.exit_code}`", "not observed: too little evidence, or too old"),
            (f"`{cli.OUR_BUG}`", "a bug of agentprobe"),
            (f"`{cli.INTERRUPTED}`", "interrupted with Ctrl-C; what was done is kept"),
        ],
    )
    yield "`agentprobe trace` passes on the agent's own; `agentprobe demo` ends with 0 in every verdict."


def failure_modes_page() -> Iterator[str]:
    """How runs are judged."""
    yield "# How a run is judged"
    yield "A run has one status; a failed one has one failure mode, the most harmful of those that fit."
    texts = sentences(Status)
    rows = [
        (f"`{status.value}`", texts.get(status.name, "") or f"The run {status.value}.") for status in Status
    ]
    yield grid(("status", "meaning"), rows)
    yield grid(("failure mode", "meaning"), [(f"`{mode.value}`", MEANINGS[mode]) for mode in Mode])
    yield "## What an agent makes of a fault"
    yield (
        "`agentprobe chaos` says for each run under faults what the agent made of them: the most harmful "
        "that fits. What is not tolerated (`[chaos] tolerated`) is a finding."
    )
    made = [
        (f"`{one.value}`", REACTIONS[one], "" if one in HARMLESS or not one.tells else "yes")
        for one in Reaction
    ]
    yield grid(("reaction", "meaning", "a finding by default"), made)
    yield "## What mends an agent"
    texts = sentences(Mend)
    yield grid(("measure", "meaning"), [(f"`{mend.value}`", texts[mend.name]) for mend in Mend])


def trace_page() -> Iterator[str]:
    """The trace file's format."""
    first, _, rest = inspect.cleandoc(records.__doc__ or "").partition("\n\n")
    yield "# The trace file"
    yield first
    yield rest
    for kind in (
        records.Header,
        records.BlobRecord,
        records.CallRecord,
        records.OutcomeRecord,
        records.StateRecord,
        records.CoverageRecord,
        records.EndRecord,
    ):
        yield from record_parts(kind)
    for part in (
        records.Http,
        records.Body,
        records.RequestNotes,
        records.Settings,
        records.Prompt,
        records.AnswerNotes,
        records.Answer,
        records.Tokens,
        records.Failure,
        records.Way,
        records.Connection,
    ):
        yield from record_parts(part)


def facts_page() -> Iterator[str]:
    """What `agentprobe trace show --json` prints."""
    first, _, rest = inspect.cleandoc(json_trace.__doc__ or "").partition("\n\n")
    yield "# The facts of a trace"
    yield first
    yield rest
    for kind in json_trace.PARTS:
        yield from record_parts(kind)


def record_parts(kind: type[msgspec.Struct]) -> Iterator[str]:
    """A kind of line, or a part of one."""
    tag = kind.__struct_config__.tag
    yield f"## {kind.__name__}" + (f' (`"record": "{tag}"`)' if tag else "")
    yield inspect.cleandoc(kind.__doc__ or "")
    yield from table_of(info_of(kind))


def dialects_page() -> Iterator[str]:
    """The provider protocols that are understood."""
    yield "# Dialects"
    yield "The protocols of model providers that agentprobe reads and writes."
    for kind in DIALECTS:
        yield f"## {kind.name}"
        yield inspect.cleandoc(kind.__doc__ or "")
        variables = ", ".join(f"`{name}`" for name in kind.base_url_variables)
        yield (
            f"Base URL: {variables}, ending with `{kind.base_path}`."
            if kind.base_path
            else f"Base URL: {variables}."
        )


def policies_page() -> Iterator[str]:
    """What the simulated model can be told."""
    yield "# The simulated model's policies"
    yield "A policy is a name from here, a script (`.toml` or `.json`), or `module:object`."
    for kind in POLICIES:
        yield f"## {kind.__module__.rpartition('.')[2]}"
        yield inspect.cleandoc(kind.__doc__ or "")
    head, _, example = inspect.cleandoc(script_file.__doc__ or "").partition("\n\n")
    yield "## Scripts"
    yield head
    yield f"```toml\n{example}\n```"
    for name, part in script_file.PARTS.items():
        yield f"### {part.__name__.removesuffix('Text')}" + (f" (`{name}`)" if name else "")
        yield inspect.cleandoc(part.__doc__ or "")
        yield from table_of(info_of(part))
    yield (
        "Turns with `when` go first: the first whose conditions all hold answers. The others are given one "
        "after the other, the n-th as the n-th answer of a conversation."
    )


def ambiguities_page() -> Iterator[str]:
    """What is planted into worlds, and what is right there."""
    yield "# Ambiguities"
    yield (
        "What `agentprobe world plant` puts into a world: a target and rows that look like it, with tasks "
        "that know what is right. In agentprobe.toml they are chosen by `[world] ambiguity`; see "
        "[the guide](../guide/ambiguity.md)."
    )
    for kind in AMBIGUITIES:
        yield f"## {kind.name}"
        first, _, rest = inspect.cleandoc(kind.__doc__ or "").partition("\n\n")
        yield first
        for label in ("What is there", "What agents do wrong", "Right"):
            rest = rest.replace(f"{label}:", f"\n**{label}**:")
        yield rest.strip()
        yield f"Needs {', '.join(f'`{need}`' for need in kind.needs)}."


def rules_page() -> Iterator[str]:
    """The rules of `agentprobe scan`, each with its page."""
    yield "# Rules"
    yield (
        "What `agentprobe scan` finds. `# agentprobe: allow NAME -- reason` allows a finding; see "
        "[the guide](../guide/scan.md)."
    )
    kinds = sorted(RULES, key=lambda one: one.code)
    rows = [
        (
            f"[{one.code}](#{one.code.lower()}-{one.name})",
            one.name,
            str(one.severity),
            one.fixes,
            plainly(one),
        )
        for one in kinds
    ]
    yield grid(("code", "name", "severity", "fix", "what it finds"), rows)
    for kind in kinds:
        first, _, rest = inspect.cleandoc(kind.__doc__ or "").partition("\n\n")
        yield f"## {kind.code} {kind.name}"
        yield first
        for label in ("Finds", "Breaks", "Example", "Instead", "False alarms"):
            rest = re.sub(rf"^{label}:", f"**{label}**:", rest, flags=re.MULTILINE)
        yield rest.strip()
        checked = f" Item of the checklist: {kind.item}." if kind.item is not None else ""
        yield f"Severity: {kind.severity}. Mode: `{kind.mode}`.{checked}"


def world_page() -> Iterator[str]:
    """The files of a world: its plan, its manifest, and what its columns can mean."""
    yield "# Worlds: plan, manifest, roles"
    yield "A world is a folder with `manifest.json` and one folder of Parquet files for each table."
    yield "## world.toml"
    yield "The plan of a snapshot. `agentprobe world plan SOURCE` writes it, a person confirms it."
    yield from table_of(info_of(Plan))
    yield "### [tables.NAME]"
    yield from table_of(info_of(TablePlan))
    yield "### [tables.NAME.columns] and [tables.NAME.leaves.COLUMN]"
    yield from table_of(info_of(ColumnPlan))
    yield "## Roles"
    plain = ", ".join(f"`{role}`" for role in Role if role.name not in ROLES)
    yield f"Named as what they are: {plain}. And:"
    yield grid(
        ("role", "what it is"), [(f"`{role}`", ROLES[role.name]) for role in Role if role.name in ROLES]
    )
    yield "## manifest.json"
    yield from table_of(info_of(Manifest))
    yield "## Queries of the fidelity report"
    rows = [(f"`{kind.__module__.rpartition('.')[2]}`", kind.title, plainly(kind)) for kind in QUERIES]
    yield grid(("class", "in reports", "what is asked"), rows)


ROLES = sentences(Role)


def plainly(kind: type) -> str:
    """The first sentence of a docstring, on one line."""
    return " ".join(inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0].split())


# -- writing ---------------------------------------------------------------------------------------------


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "settings.md": settings_page,
    "commands.md": commands_page,
    "faults.md": faults_page,
    "exit-codes.md": exit_codes_page,
    "failure-modes.md": failure_modes_page,
    "trace-format.md": trace_page,
    "trace-facts.md": facts_page,
    "dialects.md": dialects_page,
    "policies.md": policies_page,
    "ambiguities.md": ambiguities_page,
    "worlds.md": world_page,
    "rules.md": rules_page,
}


def files() -> dict[str, str]:
    """Every file of the reference, by name."""
    pages = {name: "\n\n".join([NOTICE, *write()]) + "\n" for name, write in PAGES.items()}
    schema: dict[str, Any] = settings_schema()
    return pages | {"agentprobe.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"}


def main(folder: Path) -> None:
    """Write the reference; what is no longer part of it goes."""
    found = files()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.name not in found:
            old.unlink()
    for name, text in found.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "reference")
