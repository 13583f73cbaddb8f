"""What a trace tells of tokens, money, context and swallowed errors, in words for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import UNSET
from rich.text import Text

from agentprobe.report.trace_words import clipped, counted, duration, tokens
from agentprobe.trace.diff.paths import spelled
from agentprobe.trace.facts.conversations import MARK, Conversation, Point
from agentprobe.trace.facts.ledger import Entry, Ledger
from agentprobe.trace.facts.own import Own
from agentprobe.trace.facts.slow import Slow
from agentprobe.trace.facts.tokens import Count, How
from agentprobe.trace.facts.told import Facts
from agentprobe.trace.states import Snapshot
from agentprobe.trace.swallowed import Swallowed

Row = tuple[str, Text]
MOST = 5
"""So many entries of one kind are written out."""
BARS, UNKNOWN = "▁▂▃▄▅▆▇█", "·"
WIDEST = 24
"""So many calls of a conversation are drawn; of a longer one, the fullest of each stretch."""
BROAD = 0.2
"""An estimate that may be off by more than this is not worth a line of its own."""


def money(dollars: float) -> str:
    """A sum in US dollars, to three figures where it is small."""
    if dollars == 0:
        return "$0"
    return f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.3g}" if dollars >= 1e-4 else f"${dollars:.1e}"


def call_facts(entry: Entry | None) -> Iterator[Text]:
    """What stands behind a model call: its price, and where our own count differs."""
    if entry is None:
        return
    if entry.cost is not None and entry.cost.dollars:
        yield Text(money(entry.cost.dollars), "dim")
    for side in entry.doubts:
        own = entry.own_input if side == "input" else entry.own_output
        assert own is not None
        yield Text(f"OWN COUNT of {side}: {_count(own)}", "yellow")


def ledger_rows(ledger: Ledger) -> Iterator[Row]:
    """Tokens by our own count, money and context; nothing of money where nothing was spent."""
    if not ledger.entries:
        return
    if ledger.spends:
        yield from _own_count(ledger)
        yield "cost", _cost(ledger)
    if ledger.own is not None:
        yield "beside", _own(ledger.own)
    yield from _context(ledger.conversations)


def trouble_rows(facts: Facts) -> Iterator[Row]:
    """What a person should look at first."""
    if facts.slow:
        yield "slow", Text("; ".join(_slow(slow) for slow in facts.slow[:3]), "yellow")
    costly = facts.ledger.costly
    if costly:
        shares = (f"call {e.number} ({_dollars(e)}, {_share(e, facts.ledger)})" for e in costly[:3])
        yield "costly", Text(", ".join(shares), "yellow")
    retried = [entry for entry in facts.ledger.entries if entry.call.retries]
    if retried:
        times = (f"call {e.number} ({counted(len(e.call.attempts), 'attempt', 'attempts')})" for e in retried)
        yield "retried", Text(_listed(list(times)), "yellow")
    yield from _swallowed(facts.swallowed)


def swallowed_line(entry: Swallowed) -> Text:
    """One swallowed error as it stands below its call."""
    return Text(f"WENT ON after {entry.trouble.came}: {clipped(entry.went_on, 160)}", "red")


def state_lines(snapshot: Snapshot) -> tuple[Text, list[Text]]:
    """A snapshot: its title, and what changed since the last one."""
    title = Text.assemble(("state ", "bold"), clipped(snapshot.name, 40), f" #{snapshot.number}")
    if snapshot.record.source:
        title.append(f" · {clipped(snapshot.record.source, 24)}", "dim")
    if snapshot.before is None:
        title.append(f" · {clipped(spelled(snapshot.value), 60)}", "dim")
        return title, []
    changes = snapshot.changes
    title.append(f" · {counted(len(changes), 'change', 'changes')}" if changes else " · unchanged", "dim")
    lines = [_change(change.path, change.a, change.b) for change in changes[:MOST]]
    if len(changes) > MOST:
        lines.append(Text(f"and {len(changes) - MOST:,} more", "dim"))
    return title, lines


def _own_count(ledger: Ledger) -> Iterator[Row]:
    """How our own count compares, where it is sure enough to say something."""
    sure = [e for e in ledger.entries if e.own_input is not None and e.given is not None]
    exact = [e for e in sure if e.own_input is not None and e.own_input.how is How.EXACT]
    calibrated = [e for e in sure if e.own_input is not None and e.own_input.how is How.CALIBRATED]
    text = Text()
    for entries, word in ((exact, "exact"), (calibrated, "calibrated")):
        if entries:
            agreeing = sum("input" not in entry.doubts for entry in entries)
            text.append("; " if text.plain else "")
            text.append(f"{agreeing:,} of {len(entries):,} calls agree with our {word} count of the input")
    doubted = ledger.doubted
    if doubted:
        said = _listed([f"call {e.number} ({', '.join(e.doubts)})" for e in doubted])
        text.append("; " if text.plain else "")
        text.append(f"DIFFERENT at {said}", "yellow")
    if text.plain:
        yield "own count", text


def _own(own: Own) -> Text:
    """What is no call of the agent's, and was asked and paid for all the same."""
    said = f"{tokens(own.usage)} in {counted(own.calls, 'call', 'calls')} that agentprobe itself made"
    return Text(said + (f", {money(own.dollars)}" if own.dollars is not None else ""))


def _cost(ledger: Ledger) -> Text:
    known = ledger.dollars
    text = Text(money(known) if known is not None else "unknown", "" if known is not None else "yellow")
    if ledger.unpriced and known is not None:
        text.append(f" and an unknown sum for {_calls(ledger.unpriced)}", "yellow")
    if ledger.unpriced:
        why = next(entry.cost.why for entry in ledger.unpriced if entry.cost is not None)
        text.append(f": {clipped(why, 80)}", "yellow")
    if ledger.saved:
        text.append(f", {money(ledger.saved)} saved by the provider's cache")
    return text.append(f" (prices of {ledger.table_date})", "dim")


def _context(conversations: Sequence[Conversation]) -> Iterator[Row]:
    """A line for each conversation of several calls, or that passed the mark; fullest first."""
    telling = [c for c in conversations if len(c.points) > 1 or c.crossed is not None]
    shown = sorted(telling, key=lambda talk: (talk.fullest.tokens or 0) if talk.fullest else 0, reverse=True)
    for place, talk in enumerate(shown[:3]):
        yield ("" if place else "context"), _conversation(talk)
    if len(shown) > 3:
        yield "", Text(f"and {counted(len(shown) - 3, 'conversation', 'conversations')} more", "dim")


def _conversation(talk: Conversation) -> Text:
    text = Text(_bar(talk.points))
    first, last = talk.points[0].number, talk.points[-1].number
    text.append(f" calls {first}–{last}" if first != last else f" call {first}", "dim")
    fullest = talk.fullest
    if fullest is None:
        return text.append(" · of unknown size", "dim")
    about = "about " if fullest.counted else ""
    text.append(f" · {about}{fullest.tokens:,} tokens")
    if fullest.window and fullest.share is not None:
        text.append(f", {fullest.share * 100:.2g} % of {fullest.window:,}")
    if talk.crossed is not None:
        text.append(f"; OVER {MARK * 100:.0f} % from call {talk.crossed.number} on", "red")
    return text


def _bar(points: Sequence[Point]) -> str:
    """The size of the context call by call, by its window, or by the fullest where that shows nothing."""
    window = max((point.window or 0 for point in points), default=0)
    peak = max((point.tokens or 0 for point in points), default=0)
    full = window if peak > window / len(BARS) > 0 else peak
    stride = -(-len(points) // WIDEST)
    stretches = (points[at : at + stride] for at in range(0, len(points), stride))
    return "".join(_block([p.tokens for p in stretch if p.tokens is not None], full) for stretch in stretches)


def _block(sizes: Sequence[int], full: int) -> str:
    if not sizes:
        return UNKNOWN
    tokens = max(sizes)
    return BARS[min(len(BARS) - 1, tokens * len(BARS) // full)] if full else BARS[0]


def _swallowed(entries: Sequence[Swallowed]) -> Iterator[Row]:
    for place, entry in enumerate(entries[:MOST]):
        where = [f"call {entry.number}"] if entry.number else []
        where += [clipped(entry.tool, 24)] if entry.tool else []
        error = f"{entry.trouble.came} ({clipped(entry.trouble.what, 60)})"
        what = f"{', '.join(where)}: {error}; {clipped(entry.went_on, 120)}"
        yield ("" if place else "SWALLOWED"), Text(what, "red")
    if len(entries) > MOST:
        yield "", Text(f"and {len(entries) - MOST:,} more", "red")


def _slow(slow: Slow) -> str:
    usual = f", usual {duration(slow.usual)}" if slow.usual is not None else ""
    share = f"{slow.share * 100:.0f} % of the run"
    return f"{clipped(slow.call.label, 40)} {duration(slow.call.seconds)} ({share}{usual})"


def _count(count: Count) -> str:
    if count.how is How.EXACT:
        return f"{count.tokens:,}"
    return f"{count.tokens:,} ±{count.error * 100:.0f} %, {count.how.value}"


def _dollars(entry: Entry) -> str:
    return money(entry.cost.dollars or 0.0) if entry.cost is not None else ""


def _share(entry: Entry, ledger: Ledger) -> str:
    dollars = entry.cost.dollars if entry.cost is not None else None
    return f"{(dollars or 0.0) / (ledger.dollars or 1.0) * 100:.0f} %"


def _calls(entries: Iterable[Entry]) -> str:
    numbers = [str(entry.number) for entry in entries]
    return f"call{'s' if len(numbers) > 1 else ''} {_listed(numbers)}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST:,} more" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + more


def _change(path: str, a: object, b: object) -> Text:
    """One place of a state that changed: what was there, what is there now."""
    where = clipped(path.removeprefix("$").removeprefix(".") or "all", 40)
    if a is UNSET:
        return Text(f"+ {where} = {clipped(spelled(b), 60)}", "green")
    if b is UNSET:
        return Text(f"− {where}, which was {clipped(spelled(a), 60)}", "red")
    return Text(f"  {where}: {clipped(spelled(a), 30)} → {clipped(spelled(b), 30)}")
