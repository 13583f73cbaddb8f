"""The page of a campaign: all that was found, with how sure one can be, and foreign text as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import agentprobe
from agentprobe.chaos.search.covering import Coverage
from agentprobe.domain.evidence import Regime, Run
from agentprobe.domain.mend import Mend
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.chaos.found import Campaigned, Cell, Hunted, Minimal, Remedy, Spent
from agentprobe.lab.chaos.shot import Shown
from agentprobe.lab.statistics import wilson
from agentprobe.report.chaos_matrix import matrices, rates
from agentprobe.report.chaos_words import COLUMNS, MEANINGS
from agentprobe.report.html_chaos import MOST_DRAWN, MOST_ROWS, MOST_SETS, page

HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)> \x1b[31m\u202e https://evil.example/"
FOLDER = ".agentprobe/chaos/1f/findings/01-hang"


def shown(reaction: Reaction = Reaction.LIED, **more: Any) -> Shown:
    run = Run(
        agent="careful", task="refund", regime=Regime(rows=10, schedule="hang@model:2"),
        repetition=0, seed=7, key="a3f0",
    )  # fmt: skip
    return Shown(run=run, reaction=reaction, **more)


def minimal(schedule: str = "hang@model:2", reaction: Reaction = Reaction.LIED, **more: Any) -> Minimal:
    settings: dict[str, Any] = {
        "name": "01-hang",
        "agent": "careful",
        "task": "refund",
        "rows": 10,
        "shown": shown(
            reaction,
            reason="it said done, and nothing was done",
            answer="I have refunded your order.",
            did=("held the answer for 600 s", "held the answer for 600 s"),
            effects=(("refund A-1", 2), ("refund A-2", 1)),
            model_calls=5,
            tool_calls=4,
            tokens=3_100,
            seconds=1_207.5,
            extra_calls=2.0,
            extra_tokens=812.0,
        ),
        "runs": 9,
        "out_of": 6,
        "remedies": (Remedy(mend=Mend.DEADLINE, text="Give every call a timeout."),),
        "also": ("cancel",),
        "reproduce": "agentprobe chaos --agent careful --task refund --fault hang@model:2",
        "folder": FOLDER,
    }
    return Minimal(schedule=schedule, **(settings | more))


def cell(strike: str, agent: str = "careful", family: str = "transport", **counts: int) -> Cell:
    return Cell(
        agent=agent,
        fault=strike.partition("@")[0],
        family=family,
        strike=strike,
        counts={Reaction(name): times for name, times in counts.items()},
        extra_calls=0.5,
        extra_tokens=312.0,
        recovery_seconds=12.0 if "recovered" in counts else None,
    )


def campaign(**more: Any) -> Campaigned:
    """One with everything in it that the page can meet."""
    settings: dict[str, Any] = {
        "project": "support desk",
        "model": "policy:SupportDesk",
        "simulated": True,
        "virtual": True,
        "observed": "2026-11-20T21:00:00+00:00",
        "seed": 7,
        "suite": "everything",
        "plan": "covering",
        "confidence": 0.95,
        "hunts": (
            Hunted(
                agent="careful",
                task="refund",
                rows=10,
                strikes=120,
                killers=("server_error@model", "hang@model"),
                idle=("stale_result@tool:find:2",),
                coverage=Coverage(strength=2, covered=900, failing=60, unreachable=40, total=1_400),
                unfinished="the budget of 300 runs is used up",
            ),
            Hunted(agent="careless", task="refund", rows=10, strikes=3, certificate="no set of at most 2"),
        ),
        "cells": (
            cell("latency@model:1", recovered=3),
            cell("hang@model:2", recovered=1, lied=2),
            cell("reset@model:1", duplicated=1, misacted=2),
            cell("slow_body@model:1", untouched=3),
            cell("server_error@model:1", family="provider", noticed=2, stopped=1, unjudged=1),
            cell("hang@model:2", agent="careless", strayed=4),
        ),
        "minimal": (minimal(), minimal("tool_error@tool:refund:1, cut_stream@model:2", Reaction.DUPLICATED)),
        "spent": Spent(runs=300, tokens=1_200_000, dollars=4.2, injections=287, seconds=61.0),
        "folder": "/home/me/desk/.agentprobe/chaos/1f",
    }
    return Campaigned(**(settings | more))


class Read(HTMLParser):
    """A page's words, tags and what its attributes hold; tags that are closed in the wrong order."""

    void = frozenset(("meta", "br", "input", "rect", "line", "circle", "path", "wbr"))

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.said: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.void and (not self.open or self.open.pop() != tag):
            self.wrong.append(tag)
        if tag in ("th", "td", "span", "summary", "p"):
            self.said.append(" ")

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.said.append(data)

    @property
    def words(self) -> str:
        return " ".join("".join(self.said).split())


@agentprobe.tool(name="refund")
def refund(order: str) -> str:
    return f"refunded {order}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with the trace of a finding in it."""
    trace = tmp_path / FOLDER / "trace.jsonl"
    trace.parent.mkdir(parents=True)
    with agentprobe.session(virtual=True, schedule="duplicate_delivery@tool:refund:1", trace=trace):
        refund("A-1")
    (trace.parent / "schedule.toml").write_text("")
    return tmp_path


def test_the_page_is_one_well_formed_file_that_fetches_nothing(root: Path) -> None:
    html = page(campaign(), root)
    read = Read(html)
    assert (read.open, read.wrong) == ([], [])
    assert "script" not in read.tags
    assert "://" not in html
    assert not [value for name, value in read.attributes if name in ("src", "href") and value[:1] != "#"]
    assert "default-src 'none'" in html


def test_links_within_the_page_have_their_aims() -> None:
    read = Read(page(campaign()))
    aims = {value for name, value in read.attributes if name == "id"}
    assert {value[1:] for name, value in read.attributes if name == "href"} <= aims


def test_the_head_says_what_was_tried_on_whom_and_what_it_cost() -> None:
    words = Read(page(campaign())).words
    assert "support desk: 2 smallest sets of faults that break it" in words
    assert "Simulated model." in words
    assert "careful, careless" in words
    assert "covering: each fault alone, then several at once" in words
    assert "2026-11-20 21:00 UTC" in words
    assert "300 runs, 287 faults struck, 1,200,000 tokens, 4.20 dollars, in 61.0 s" in words
    assert "It rests on 16 runs with a single fault that say something, of 6 faults on 1 task" in words
    assert "; of 1 of them no run says anything." in words
    assert "Simulated model." not in Read(page(campaign(simulated=False))).words


def test_every_reaction_has_its_rate_with_the_interval_of_wilson() -> None:
    words = Read(page(campaign())).words
    for reaction in Reaction:
        assert f"{reaction.value.replace('_', ' ')} {MEANINGS[reaction]}" in words
    within = wilson(2, 12)
    assert f"2 of 12 runs, 17 % [{within.low * 100:.0f}–{within.high * 100:.0f}]" in words
    lied = next(rate for rate in rates(campaign()) if rate.reaction is Reaction.LIED)
    assert [getattr(share, "of", None) for share in lied.shares] == [12, 4]


def test_an_interval_of_many_runs_is_told_to_a_tenth() -> None:
    words = Read(page(campaign(cells=(cell("hang@model:1", lied=7, recovered=113),)))).words
    assert "lied it ended as if all were well, and it was not 7 of 120 runs, 5.8 % [2.9–11.6]" in words


@pytest.mark.parametrize("reaction", list(Reaction))
def test_every_reaction_stands_in_its_column_of_the_matrix(reaction: Reaction) -> None:
    one = replace(cell("hang@model:1"), counts={reaction: 2})
    ((block,),) = (each.blocks for each in matrices(campaign(cells=(one,))))
    (row,) = block.rows
    (slot,) = [slot for slot in row.slots if slot.count]
    assert reaction in COLUMNS[slot.column]
    assert (slot.share is not None) == reaction.tells
    assert row.harmful == (slot.shade == "bad")
    assert reaction.value.replace("_", " ") in Read(page(campaign(cells=(row.cell,), minimal=()))).words


def test_cells_of_several_runs_show_their_share_and_interval() -> None:
    html = page(campaign())
    within = wilson(2, 3)
    assert f'title="lied: 2 of 3, 67 % [{within.low * 100:.0f}–{within.high * 100:.0f}]"' in html
    words = Read(html).words
    assert f"2 67 % [{within.low * 100:.0f}–{within.high * 100:.0f}]" in words
    assert "3 duplicated 1 misacted 2 100 %" in words
    assert "12 s" in words
    assert "+0.5" in words
    assert "+312" in words


def test_harm_stands_on_top_within_a_family_and_what_says_nothing_apart() -> None:
    careful, careless = matrices(campaign())
    transport, provider = careful.blocks
    assert [row.cell.strike for row in transport.telling] == [
        "reset@model:1",
        "hang@model:2",
        "latency@model:1",
    ]
    assert [row.cell.strike for row in transport.silent] == ["slow_body@model:1"]
    assert (transport.harmful, provider.harmful) == (2, 0)
    assert careless.agent == "careless"
    assert "1 fault of which no run says anything" in Read(page(campaign())).words


def test_a_set_is_told_with_its_schedule_effects_remedy_and_command() -> None:
    words = Read(page(campaign())).words
    assert "lied hang@model:2 it said done, and nothing was done" in words
    assert '[[strike]] fault = "hang" at = "model:2"' in words
    assert "careful, refund, 10 rows; the same on cancel" in words
    assert "held the answer for 600 s (2 times)" in words
    assert "twice refund A-1; once refund A-2" in words
    assert "Give every call a timeout. [deadline]" in words
    assert "agentprobe chaos --agent careful --task refund --fault hang@model:2" in words
    assert "among 6 faults, made this small in 9 runs" in words
    assert "5 model calls (+2.0), 4 tool calls, 3,100 tokens (+812), 1,208 s on its own clock" in words
    none = minimal(shown=shown())
    assert "0 none was carried out" in Read(page(campaign(minimal=(none,)))).words


def test_the_failing_run_is_drawn_from_its_trace(root: Path) -> None:
    read = Read(page(campaign(minimal=(minimal(),)), root))
    assert "struck by duplicate_delivery" in read.words
    assert "write, carried out 2 times" in read.words
    assert "the end: lied" in read.words
    assert "schedule.toml, trace.jsonl" in read.words


def test_a_run_that_cannot_be_drawn_says_why(root: Path) -> None:
    one = campaign(minimal=(minimal(),))
    assert "not drawn: no trace of it was kept" in Read(page(one)).words
    trace = root / FOLDER / "trace.jsonl"
    trace.write_text("no trace\n")
    assert "not drawn: its trace cannot be read" in Read(page(one, root)).words
    trace.unlink()
    assert f"not drawn: its trace is missing: there is no {FOLDER}/trace.jsonl" in Read(page(one, root)).words


def test_how_far_it_came_is_told_for_each_agent_and_task() -> None:
    words = Read(page(campaign())).words
    assert "120 faults; 900 of 1,300 pairs that can meet were seen together, 60 more hold a finding" in words
    assert "900 seen together 60 hold a finding 40 never fired together 400 not tried" in words
    assert "not finished: the budget of 300 runs is used up" in words
    assert "2 of them end the run by themselves and stand in no combination" in words
    assert "1 found nothing to strike, which says nothing" in words
    assert "3 faults; no set of at most 2" in words


def test_a_campaign_that_ran_out_of_its_budget_does_not_claim_to_have_tried_all() -> None:
    why = "the budget of 300 runs is used up"
    hunts = tuple(
        Hunted(agent="careful", task=task, rows=10, strikes=9, unfinished=why)
        for task in ("refund", "cancel")
    )
    words = Read(page(campaign(hunts=hunts))).words
    assert words.count(f"It did not come to its end: {why}.") == 1
    assert words.count("9 faults; not each was tried") == 2
    assert "covering: each fault alone; it did not come to combinations" in words


def test_a_campaign_that_found_nothing_still_shows_what_it_tried() -> None:
    read = Read(page(campaign(minimal=(), cells=(cell("latency@model:1", recovered=3),))))
    assert "nothing found that breaks it" in read.words
    assert "3 of 3 runs, 100 %" in read.words
    assert "latency @model:1" in read.words.replace("latency@", "latency @")
    assert ("open", "") in read.attributes
    assert 'href="#sets"' not in page(campaign(minimal=()))


def test_an_agent_that_does_not_stand_undisturbed_says_so_on_top() -> None:
    why = "undisturbed it failed: the answer is wrong"
    hunt = Hunted(agent="careful", task="refund", rows=None, unsteady=why)
    read = Read(page(campaign(hunts=(hunt,), cells=(), minimal=())))
    assert "not observed: too little could be said" in read.words
    assert read.words.index(why) < read.words.index("How far it came")
    assert (read.open, read.wrong) == ([], [])


def test_a_campaign_that_was_stopped_says_so_and_one_without_hunts_makes_a_page() -> None:
    bare = campaign(hunts=(), cells=(), minimal=(), stopped="it was interrupted", notes=("a note",))
    words = Read(page(bare)).words
    assert "It was stopped: it was interrupted" in words
    assert "a note" in words
    assert "Nothing was tried." in words


def _hostile_answer(found: Campaigned) -> Campaigned:
    one = minimal(shown=shown(reason=HOSTILE, answer=HOSTILE, did=(HOSTILE,), effects=((HOSTILE, 1),)))
    return replace(found, minimal=(one,))


def _hostile_set(found: Campaigned) -> Campaigned:
    one = minimal(
        HOSTILE,
        agent=HOSTILE,
        task=HOSTILE,
        also=(HOSTILE,),
        name=HOSTILE,
        reproduce=f"--{HOSTILE}",
        folder=HOSTILE,
        remedies=(Remedy(mend=Mend.DEADLINE, text=HOSTILE),),
    )
    return replace(found, minimal=(one,))


def _hostile_cell(found: Campaigned) -> Campaigned:
    counts = {Reaction.LIED: 2}
    strange = Cell(agent=HOSTILE, fault=HOSTILE, family=HOSTILE, strike=HOSTILE, counts=counts)
    silent = replace(strange, strike=f"{HOSTILE}@{HOSTILE}", counts={Reaction.UNTOUCHED: 1})
    return replace(found, cells=(strange, silent))


def _hostile_hunt(found: Campaigned) -> Campaigned:
    hunt = Hunted(
        agent=HOSTILE,
        task=HOSTILE,
        rows=None,
        killers=(HOSTILE,),
        idle=(HOSTILE,),
        certificate=HOSTILE,
        unfinished=HOSTILE,
    )
    return replace(found, hunts=(hunt, replace(hunt, unsteady=HOSTILE)))


def _hostile_head(found: Campaigned) -> Campaigned:
    return replace(
        found,
        project=HOSTILE,
        model=HOSTILE,
        suite=HOSTILE,
        plan=HOSTILE,
        observed=HOSTILE,
        folder=HOSTILE,
        command=(HOSTILE,),
        stopped=HOSTILE,
        notes=(HOSTILE,),
    )


@pytest.mark.parametrize(
    "spoilt", [_hostile_answer, _hostile_set, _hostile_cell, _hostile_hunt, _hostile_head]
)
def test_hostile_text_is_text_wherever_it_comes_from(
    spoilt: Callable[[Campaigned], Campaigned], root: Path
) -> None:
    plain, html = Read(page(campaign(), root)), page(spoilt(campaign()), root)
    read = Read(html)
    assert read.tags <= plain.tags
    assert (read.open, read.wrong) == ([], [])
    assert "<script>alert" in "".join(read.said)
    assert not any(name.startswith("on") for name, _ in read.attributes)
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", html)


def test_hostile_tool_names_in_a_trace_are_text(root: Path) -> None:
    trace = root / FOLDER / "trace.jsonl"
    trace.unlink()

    @agentprobe.tool(name=HOSTILE)
    def nasty() -> None:
        raise ValueError(HOSTILE)

    with agentprobe.session(virtual=True, trace=trace), pytest.raises(ValueError, match="script"):
        nasty()
    read = Read(page(campaign(minimal=(minimal(),)), root))
    assert "script" not in read.tags
    assert "tool:<script>" in read.words


def test_a_page_stays_bounded_however_much_was_found(root: Path) -> None:
    many = tuple(minimal(f"hang@model:{n}") for n in range(1, MOST_SETS + 50))
    cells = tuple(cell(f"hang@model:{n}", lied=1) for n in range(1, MOST_ROWS + 50))
    html = page(campaign(minimal=many, cells=cells), root)
    words = Read(html).words
    assert "49 more are left out here" in words
    assert "49 more are left out here; those shown are the most harmful" in words
    assert html.count('<div class="waterfall"') == MOST_DRAWN
    assert len(html) < 1_500_000


def test_the_same_campaign_gives_the_same_bytes(root: Path) -> None:
    assert page(campaign(), root) == page(campaign(), root)
