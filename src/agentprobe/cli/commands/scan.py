"""`agentprobe scan`: reads code, prompts and settings, and says how the agent will break; nothing is run."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import click
import msgspec

from agentprobe.cli.before_dashes import behind, cut
from agentprobe.cli.scan_together import check_together
from agentprobe.cli.scan_told import FORMATS, console, put, report
from agentprobe.cli.scanned import Asked, Outcome, effective, go, lock_changes, watch
from agentprobe.config.load import NAME
from agentprobe.config.scan_settings import scan_settings
from agentprobe.errors import ConfigError
from agentprobe.lab.proving.mark import Marks
from agentprobe.report.terminal_rules import draw_checklist, draw_rules
from agentprobe.scan.checklist import State, checklist
from agentprobe.scan.choosing import codes
from agentprobe.scan.rule import RULES
from agentprobe.scan.severity import Persona, Severity


class _Scan(click.Group):
    """A command that takes paths, with `diff` beside it."""

    allow_interspersed_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--prove" in args:
            args = cut(ctx, args)
        if args[:1] != ["diff"] or Path("diff").exists():
            return super().parse_args(ctx, args)
        super().parse_args(ctx, [])
        ctx._protected_args, ctx.args = args[:1], args[1:]
        return ctx.args


@click.group("scan", cls=_Scan, invoke_without_command=True, subcommand_metavar="")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="An agent's own settings file, scanned too; or an agentprobe.toml with a table [scan].",
)
@click.option("--select", multiple=True, metavar="RULE", help="Only these rules: name, code or start of one.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Not these rules; repeatable.")
@click.option(
    "--severity",
    type=click.Choice([one.value for one in Severity]),
    help="The mildest that is told; default: low.",
)
@click.option(
    "--persona", type=click.Choice([one.value for one in Persona]), help="Who reads; default: regular."
)
@click.option("--exclude", multiple=True, metavar="GLOB", help="Files not to scan; repeatable.")
@click.option("--format", "form", default="text", show_default=True, type=click.Choice(FORMATS))
@click.option("--output", type=click.Path(path_type=Path), help="Write the report to this file.")
@click.option("--fix", is_flag=True, help="Mend what can be mended safely.")
@click.option("--unsafe-fixes", is_flag=True, help="Mend also where the agent will behave in another way.")
@click.option("--diff", "difference", is_flag=True, help="Print what --fix would change, and change nothing.")
@click.option(
    "--mcp",
    "servers",
    multiple=True,
    metavar="COMMAND|URL",
    help="The tools of this running MCP server too; repeatable.",
)
@click.option("--baseline", type=click.Path(path_type=Path), help="Findings that are known and not told.")
@click.option("--write-baseline", is_flag=True, help="Write what is found to the baseline.")
@click.option("--effective", "table", is_flag=True, help="The table of calls: what really holds at each.")
@click.option("--checklist", is_flag=True, help="What an agent needs before it is ready, and how it stands.")
@click.option("--explain", metavar="RULE", help="The page of a rule.")
@click.option("--list-rules", is_flag=True, help="All rules, one a line.")
@click.option("--since", metavar="REV", help="Only findings on what has changed since this git revision.")
@click.option("--prove", "proving", is_flag=True, help="Run the agent under the faults that prove findings.")
@click.option("--agent", "agents", multiple=True, metavar="NAME", help="With --prove: only this agent.")
@click.option("--task", "tasks", multiple=True, metavar="ID", help="With --prove: only this task.")
@click.option("--sim", metavar="POLICY", help="With --prove -- COMMAND: let a simulated model answer.")
@click.option("--reads", multiple=True, metavar="TOOL", help="With --prove -- COMMAND: it only reads.")
@click.option("--model-url", metavar="URL", help="With --prove -- COMMAND: where the model is.")
@click.option("--runs", type=click.IntRange(1), metavar="N", help="With --prove: the budget in runs.")
@click.option("--tokens", type=click.IntRange(1), metavar="N", help="With --prove: the budget in tokens.")
@click.option("--dollars", type=click.FloatRange(0, min_open=True), help="With --prove: the budget in money.")
@click.option("--minutes", type=click.FloatRange(0, min_open=True), help="With --prove: the budget in time.")
@click.option("--watch", "watching", is_flag=True, help="Scan again whenever a file changes.")
@click.option("--no-cache", is_flag=True, help="Look at all files, and keep nothing.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes side by side.")
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> int | None:
    """Say how an agent will break, from its code, prompts and settings; nothing of it is run.

    \b
    agentprobe scan                              the project in this folder
    agentprobe scan src --select ERR,LAT001
    agentprobe scan --config agent_config.json   an agent's settings file
    agentprobe scan --fix
    agentprobe scan --since main                 what this branch brings
    agentprobe scan --prove                      and runs the agent to see whether it is so
    agentprobe scan diff old/uv.lock uv.lock     what a change of dependencies changes

    Exit code: 0 nothing found, 1 findings, 2 wrong use, 3 nothing could be scanned, 70 a rule of ours failed.
    """
    if ctx.invoked_subcommand is not None:
        return None
    if options["list_rules"]:
        console().print(draw_rules(RULES))
        return 0
    if options["explain"]:
        return _explain(options["explain"])
    check_together(options)
    asked = _asked(**options)
    if options["watching"]:
        return watch(asked, lambda outcome: report(outcome, "text", None))
    if options["table"]:
        return put(effective(asked, as_json=options["form"] == "json"), options["output"])
    outcome = go(asked)
    if outcome.difference:
        click.echo(outcome.difference, nl=False)
    if options["checklist"]:
        return _checklist(outcome)
    marks: Marks = {}
    if options["proving"]:
        from agentprobe.cli.proving import prove  # what runs agents is slow to load, and few scans want it

        ours = options["config"] if options["config"] and _is_ours(options["config"]) else None
        outcome, marks = prove(outcome, behind(ctx), ours, options)
    return report(outcome, options["form"], options["output"], marks)


@command.command("diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--format", "form", default="text", show_default=True, type=click.Choice(("text", "json")))
def diff(old: Path, new: Path, form: str) -> int:
    """Say what another version of the dependencies changes, from two lock files.

    Exit code: 0 no default changes, 1 some do.
    """
    shown, changes = lock_changes(old, new, as_json=form == "json")
    put(shown, None)
    return 1 if changes else 0


def _asked(
    *,
    paths: tuple[Path, ...],
    config: Path | None,
    baseline: Path | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    exclude: tuple[str, ...],
    severity: str | None,
    persona: str | None,
    **options: Any,
) -> Asked:
    ours = config if config is not None and config.suffix == ".toml" and _is_ours(config) else None
    if config is not None and not config.is_file():
        raise ConfigError(f"there is no settings file {config}")
    agent = config if ours is None else None
    root = _root(paths, agent)
    settings = scan_settings(root, ours)
    given: dict[str, Any] = {"exclude": (*settings.exclude, *exclude)}
    if select:
        given["select"] = tuple(word for text in select for word in text.split(","))
    if ignore:
        given["ignore"] = (*settings.ignore, *(word for text in ignore for word in text.split(",")))
    if severity:
        given["severity"] = Severity(severity)
    if persona:
        given["persona"] = Persona(persona)
    known = baseline or (root / settings.baseline if settings.baseline else None)
    if options["write_baseline"] and known is None:
        raise ConfigError("--write-baseline needs --baseline FILE, or `baseline` in the table [scan]")
    return Asked(
        root=root,
        paths=tuple(path.absolute() for path in (*paths, *([agent] if agent is not None else []))),
        agent=agent.absolute() if agent is not None else None,
        settings=msgspec.structs.replace(settings, **given),
        baseline=known,
        renew=options["write_baseline"],
        fix=options["fix"] or options["unsafe_fixes"] or options["difference"],
        unsafe=options["unsafe_fixes"],
        only_show=options["difference"],
        servers=options["servers"],
        since=options["since"] or "",
        cached=not options["no_cache"],
        workers=options["workers"] or 0,
    )


def _is_ours(path: Path) -> bool:
    return path.name in (NAME, "pyproject.toml")


def _root(paths: tuple[Path, ...], agent: Path | None) -> Path:
    """The folder that names of files are told from: this one, where all paths lie within it."""
    here = Path.cwd()
    every = [path.absolute() for path in (*paths, *([agent] if agent is not None else []))]
    outside = [path for path in every if not path.resolve().is_relative_to(here.resolve())]
    if not outside:
        return here
    for path in outside:
        if not path.exists():
            raise ConfigError(f"there is no {path} to scan")
    first = outside[0] if outside[0].is_dir() else outside[0].parent
    if any(not path.resolve().is_relative_to(first.resolve()) for path in every):
        raise ConfigError("the paths lie in several projects; scan them one by one")
    return first


def _checklist(outcome: Outcome) -> int:
    lines = checklist(outcome.told.findings, outcome.told.scanned.met)
    console().print(draw_checklist(lines))
    return max(outcome.exit_code, int(any(one.state is not State.MET for one in lines)))


def _explain(name: str) -> int:
    for rule in RULES:
        if rule.code in codes([name], "--explain"):
            click.echo(f"{rule.code} {rule.name} ({rule.severity}, {rule.mode}, fix: {rule.fixes})\n")
            click.echo(inspect.cleandoc(rule.__doc__ or "") + "\n")
    return 0
