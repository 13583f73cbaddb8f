"""The page of the matrix, written from what is kept."""

from __future__ import annotations

import platform
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from conformance.column import ROOT, Column
from conformance.facts import Found, Point
from conformance.grid import Grid, Shown
from conformance.judge import Verdict
from conformance.kept import Kept
from conformance.picture import picture
from conformance.rows import Row

PAGE = ROOT / "docs" / "conformance.md"
PICTURES = {False: "conformance-whole.svg", True: "conformance-streamed.svg"}
NOTICE = "<!-- Written by benchmarks/conformance/matrix.py; run `make conformance` to renew it. -->"
MODES = {False: "Answers that come whole", True: "Answers that are streamed"}


def write(rows: Sequence[Row], kept: Kept, page: Path = PAGE) -> None:
    """Write the page and its pictures."""
    grid = Grid.of(rows, kept)
    page.write_text("\n\n".join(_page(grid, kept)) + "\n", encoding="utf-8")
    for streamed, name in PICTURES.items():
        page.with_name(name).write_text(picture(grid, streamed=streamed), encoding="utf-8")


def _page(grid: Grid, kept: Kept) -> Iterator[str]:
    yield NOTICE
    yield "# What a fault becomes by the time it reaches you"
    yield from _opening(grid, kept)
    yield from _verdicts()
    yield from _sums(grid)
    yield from _worst(grid)
    yield from _silent(grid)
    yield from _foreign(grid)
    yield from _persistence(grid)
    for streamed in MODES:
        yield from _mode(grid, streamed)
    yield from _method(grid, kept)


# -- what is said first ------------------------------------------------------------------------------


def _opening(grid: Grid, kept: Kept) -> Iterator[str]:
    found = kept.all()
    dates = sorted({each.date for each in found})
    faults = len({row.name for row in grid.rows})
    yield (
        f"{faults} faults in {len(grid.rows)} forms, each met by {len(grid.columns)} programs, streamed "
        "and whole, at the answer that wishes for a tool and at the one after it: "
        f"{len(found):,} runs, {' to '.join(dict.fromkeys((dates[0], dates[-1]))) if dates else 'none yet'}."
    )
    yield (
        "The task is the same for all: *Refund order A-1 for 30*, with one tool, "
        "`refund(order, amount=500)`. Its default is the trap: whoever runs it with half of the arguments "
        "pays 500. The programs are quickstarts with default settings; the bare SDKs are in a plain loop "
        "that checks nothing which the SDK does not check. So a cell says what a library does with a fault "
        "when nobody told it better, not what can be built with it."
    )
    yield _overall(grid)
    for name, why in sorted(grid.missing.items()):
        yield f"`{name}` could not be run: {why}."


def _overall(grid: Grid) -> str:
    """What became of all cells together, in shares."""
    counts = sum((grid.counts(streamed, c) for streamed in MODES for c in grid.columns), Counter[Verdict]())
    struck = counts.total() - counts[Verdict.NOT_STRUCK]
    shares = {
        "right in the end": counts[Verdict.RIGHT],
        "an exception of the library's own": counts[Verdict.RAISED] + counts[Verdict.GIVEN_UP],
        "an exception from outside of it": counts[Verdict.FOREIGN],
        "left to the program's own check": counts[Verdict.OWN_CHECK],
        "something else given out as the answer": sum(n for v, n in counts.items() if v.silent),
        "a tool that ran wrongly": sum(n for v, n in counts.items() if v.wrong),
        "no end": counts[Verdict.HUNG],
    }
    told = ", ".join(f"{number / max(struck, 1):.0%} {what}" for what, number in shares.items())
    return f"Of the {struck:,} cells in which the fault did something: {told}."


def _verdicts() -> Iterator[str]:
    yield "## The words"
    lines = ["| in the tables | verdict | what it means |", "| --- | --- | --- |"]
    lines += [f"| {v.value.sign} | {v.value.title} | {v.value.told} |" for v in reversed(Verdict)]
    yield "\n".join(lines)
    yield (
        "A fault strikes the first attempt only. Where asking again saved the run it is done once more with "
        "a fault that lasts: `ok→raised` is right after a retry, and an exception if the fault stays. Faults "
        "that last by their nature (a spent quota, a removed model) strike every attempt from the start."
    )


def _sums(grid: Grid) -> Iterator[str]:
    yield "## The sums"
    yield (
        "Of all cells in which the fault did something, at its first form. *Harm* is a tool that ran with "
        "arguments nobody meant, or twice; *silent* is a cut, empty or other text given out as the answer."
    )
    lines = [
        "| | mode | struck | right | raised | left to you | foreign | silent | harm | hung |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for column in grid.columns:
        for streamed in MODES:
            lines.append(_sum(column, streamed, grid.counts(streamed, column)))  # noqa: PERF401 - told in order
    yield "\n".join(lines)


def _sum(column: Column, streamed: bool, counts: Counter[Verdict]) -> str:
    struck = counts.total() - counts[Verdict.NOT_STRUCK]
    numbers = (
        struck,
        counts[Verdict.RIGHT],
        counts[Verdict.RAISED] + counts[Verdict.GIVEN_UP],
        counts[Verdict.OWN_CHECK],
        counts[Verdict.FOREIGN],
        sum(number for verdict, number in counts.items() if verdict.silent),
        sum(number for verdict, number in counts.items() if verdict.wrong),
        counts[Verdict.HUNG],
    )
    cells = " | ".join(str(number) if number else "" for number in numbers)
    return f"| {column.title if not streamed else ''} | {'streamed' if streamed else 'whole'} | {cells} |"


# -- the worst, in words -----------------------------------------------------------------------------


def _worst(grid: Grid) -> Iterator[str]:
    yield "## The worst, in words"
    harm = grid.found(wanted=[v for v in Verdict if v.wrong])
    if harm:
        yield (
            "Money moved that should not have, mostly without an error; where no mode is named it is both. "
            "CrewAI begins its task again after any error, and with it the tools that have run:"
        )
        yield "\n".join(_told_by_row(grid, harm))
    hung = grid.found(wanted=[Verdict.HUNG])
    if hung:
        yield "No end came, because the library sets no timeout by default:"
        yield "\n".join(_told_by_row(grid, hung))


def _told_by_row(grid: Grid, found: list[tuple[Verdict, Found]]) -> Iterator[str]:
    """What was done by whom, in which mode and when; faults of which the same is to be said share a line."""
    groups: dict[tuple[str, Verdict], list[Found]] = defaultdict(list)
    for verdict, each in found:
        groups[each.cell.row, verdict].append(each)
    lines: dict[str, list[str]] = defaultdict(list)
    for (row, verdict), members in groups.items():
        lines[f"{_did(verdict, members)} by {_who(grid, members)}{_when(members)}"].append(row)
    for told, rows in lines.items():
        yield f"- {', '.join(f'`{row}`' for row in rows)}: {told}"


def _who(grid: Grid, members: list[Found]) -> str:
    titles = {column.name: column.title for column in grid.columns}
    modes: dict[str, set[bool]] = defaultdict(set)
    for each in members:
        modes[titles[each.cell.column]].add(each.cell.streamed)
    alone = {False: " (whole)", True: " (streamed)"}
    return ", ".join(f"{t}{alone[next(iter(m))] if len(m) == 1 else ''}" for t, m in modes.items())


def _when(members: list[Found]) -> str:
    after = all(each.cell.point is Point.ANSWER for each in members)
    lasting = all(each.cell.lasting and each.facts.asked > 1 for each in members)
    return f"{', after the tool had run' if after else ''}{', while it lasts' if lasting else ''}"


def _did(verdict: Verdict, members: list[Found]) -> str:
    if verdict is Verdict.HUNG:
        return "waited for ever"
    if verdict is Verdict.TWICE:
        times = sorted({len(each.facts.executed) for each in members})
        return f"paid {' or '.join(_times(number) for number in times)}"
    wrong = {
        ", ".join(f"{name}={value!r}" for name, value in call.items())
        for each in members
        for call in each.facts.executed
        if call != {"order": "A-1", "amount": 30}
    }
    calls = " or ".join(f"`refund({call})`" for call in sorted(wrong)[:3])
    return f"{calls} run"


def _times(number: int) -> str:
    return "twice" if number == 2 else f"{number} times"


def _silent(grid: Grid) -> Iterator[str]:
    yield "## Given out as the answer"
    yield (
        "Faults after which at least half of the libraries return something that is no answer as if it were "
        "one, at either point; and the libraries that do not."
    )
    lines = ["| fault | mode | as the answer | not so |", "| --- | --- | --- | --- |"]
    for streamed, mode in ((False, "whole"), (True, "streamed")):
        for row in grid.rows:
            struck = {c.title: grid.verdicts(streamed, row, c) for c in grid.columns}
            struck = {title: verdicts for title, verdicts in struck.items() if verdicts}
            honest = [t for t, verdicts in struck.items() if not any(v.silent for v in verdicts)]
            if struck and 2 * len(honest) <= len(struck):
                share = f"{len(struck) - len(honest)} of {len(struck)}"
                lines.append(f"| `{row.text}` | {mode} | {share} | {', '.join(honest)} |")
    yield "\n".join(lines)


def _foreign(grid: Grid) -> Iterator[str]:
    yield "## Exceptions from outside the library"
    yield (
        "An `except` that names the library's own errors, or those of the SDK that it stands on, does not "
        "catch these."
    )
    titles = {column.name: column.title for column in grid.columns}
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for _, each in grid.found(wanted=[Verdict.FOREIGN]):
        assert each.facts.error is not None
        kinds[titles[each.cell.column]][each.facts.error.type] += 1
    lines = ["| | exceptions, and in how many runs |", "| --- | --- |"]
    for title, counts in kinds.items():
        lines.append(f"| {title} | {', '.join(f'`{kind}` {n}' for kind, n in counts.most_common())} |")
    yield "\n".join(lines)


def _persistence(grid: Grid) -> Iterator[str]:
    yield "## How long it is tried"
    yield (
        "The most attempts at one answer, and the longest waiting, of all runs that came to an end: the "
        "retries of SDK, framework and task multiply. No wait was sat out; its length is as it was asked for."
    )
    lines = ["| | most attempts | at | longest wait | at |", "| --- | ---: | --- | ---: | --- |"]
    for column in grid.columns:
        tried = [
            each
            for _, each in grid.found(wanted=Verdict)
            if each.cell.column == column.name and not each.facts.hung
        ]
        if not tried:
            continue
        most = max(tried, key=lambda each: each.facts.asked)
        longest = max(tried, key=lambda each: each.facts.waited)
        lines.append(
            f"| {column.title} | {most.facts.asked} | `{most.cell.row}` | "
            f"{longest.facts.waited:,.0f} s | `{longest.cell.row}` |"
        )
    yield "\n".join(lines)


# -- the tables --------------------------------------------------------------------------------------


def _mode(grid: Grid, streamed: bool) -> Iterator[str]:
    yield f"## {MODES[streamed]}"
    yield f"![{MODES[streamed]}: a square for each cell]({PICTURES[streamed]})"
    speaking = grid.speaking(streamed)
    silent = [
        row.text for row in grid.rows if row not in speaking and not (row.only_streams and not streamed)
    ]
    yield "Each cell: at the tool call / at the answer after it."
    head = " | ".join(column.title for column in grid.columns)
    lines = [f"| | {head} |", "| --- |" + " --- |" * len(grid.columns)]
    family = None
    for row in speaking:
        if row.family is not family:
            family = row.family
            lines.append(f"| *{family}* |" + " |" * len(grid.columns))
        lines.append(f"| `{row.text}` | {' | '.join(_cell(grid, streamed, row, c) for c in grid.columns)} |")
    yield "\n".join(lines)
    if silent:
        yield f"Nowhere struck: {', '.join(f'`{text}`' for text in silent)}."


def _cell(grid: Grid, streamed: bool, row: Row, column: Column) -> str:
    both = [grid.shown(streamed, row, column, point) for point in Point]
    return " / ".join(_sign(shown) for shown in both) if any(both) else ""


def _sign(shown: Shown | None) -> str:
    return "" if shown is None else shown.sign


# -- how it was made ---------------------------------------------------------------------------------


def _method(grid: Grid, kept: Kept) -> Iterator[str]:
    yield "## How it was made"
    yield (
        "`make conformance`, or `python benchmarks/conformance/matrix.py --only NAME` for single columns "
        "and faults. Every run is a session of its own at the real gateway, over a real socket, with the "
        "simulated model behind it; the programs are in `benchmarks/conformance/callers/`, every fact is in "
        "`results.json` beside them. LangGraph, PydanticAI, CrewAI, smolagents and LlamaIndex ask by chat "
        "completions, the OpenAI Agents SDK by its default, the responses API, and once more by chat, "
        "Google ADK by Gemini's. Sleeps and long silences are cut short and counted as they were asked for: "
        "a library whose timeout is ten minutes is not `hung`, one that has none is."
    )
    yield (
        "The loop over the responses API's stream takes the words as they come and every item that is done, "
        "and looks at no other event; the SDK hands `error` and `response.failed` over as events like any "
        "other. A harm in the family *model* is not always one that a library could know of: a call that "
        "was cut says so by its reason to stop, a call whose optional argument the model forgot does not. "
        "Such rows show what a tool has to defend itself against."
    )
    lines = ["| | versions |", "| --- | --- |"]
    for column in grid.columns:
        versions = ", ".join(
            f"{name} {version}" for name, version in kept.libraries.get(column.name, {}).items()
        )
        lines.append(f"| {column.title} | {versions} |")
    yield "\n".join(lines)
    yield f"Python {platform.python_version()}, {platform.system()}."
