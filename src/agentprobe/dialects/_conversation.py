"""A request's conversation, changed turn by turn: all that is not concerned stays byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from msgspec import Raw

from agentprobe.dialects._fields import string
from agentprobe.dialects._spans import Member, Patches, Span, begins, members, whole
from agentprobe.dialects._turns import PlacedCall, PlacedResult, Turn, said_in
from agentprobe.dialects._writing import to_json

Block = tuple[Turn, ...]
"""Turns that belong together: tool calls and their results, or a turn alone."""


class Words(NamedTuple):
    """How a protocol writes what is put into a conversation."""

    turn: Callable[[str, str], bytes]
    """An entry in which this role (user, assistant or system) says this text."""
    told: tuple[str, ...]
    """The fields of a result that say what came of the call, the one that must be there first."""
    result: Callable[[bytes, str], bytes] = lambda _, text: to_json(text)
    """What stands in the first of these fields where this result is to say this text."""
    system: str = ""
    """The field of the system prompt; none where that is a turn."""
    prompt: Callable[[str], bytes] = to_json
    """What stands in that field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What a request tells of the past; each change gives a body, the same object where nothing changes."""

    body: bytes
    """The request as it came."""
    text: bytes
    """The same, not compressed."""
    words: Words
    array: Span | None
    """The list of turns, or the text alone that stands for one; None where no turn can be added."""
    turns: tuple[Turn, ...]
    """All turns, the system's among them where it speaks in turns."""
    system: Span | None = None
    """The field of the system prompt, where it has one."""
    prompts: tuple[Span, ...] = ()
    """The texts in it."""

    def says(self, turn: Turn) -> str:
        """The text of a turn."""
        return said_in(self.text, turn.said)

    def told_under(self, result: PlacedResult) -> str:
        """The id that the request itself has for a result's call; nothing where it has none."""
        return said_in(self.text, (result.name,)) if result.name is not None else ""

    @property
    def prompt(self) -> str:
        """All system text, joined by blank lines."""
        places = [*((place,) for place in self.prompts), *(t.said for t in self.turns if t.role == "system")]
        return "\n\n".join(said for place in places if (said := said_in(self.text, place)))

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All turns but the system's, those that cannot do without each other together."""
        found: list[list[Turn]] = []
        for turn in self.turns:
            if turn.role == "system":
                continue
            if turn.results and found and found[-1][0].calls:
                found[-1].append(turn)
            else:
                found.append([turn])
        return tuple(map(tuple, found))

    @property
    def rounds(self) -> tuple[Block, ...]:
        """The blocks in which the model called tools and was told all their results."""
        return tuple(block for block in self.blocks if block[0].calls and len(block) > 1)

    @property
    def questions(self) -> tuple[Turn, ...]:
        """The turns in which the user says something."""
        return tuple(turn for turn in self.turns if turn.role == "user" and self.says(turn))

    @property
    def parallel(self) -> tuple[tuple[PlacedResult, ...], ...]:
        """The results of each answer that called for several."""
        told = [tuple(one for turn in block for one in turn.results) for block in self.blocks]
        return tuple(results for results in told if len(results) > 1)

    def calls_before(self, result: PlacedResult) -> tuple[PlacedCall, ...]:
        """The calls of the answer that a result belongs to."""
        return next(
            (block[0].calls for block in self.blocks if any(result in turn.results for turn in block)), ()
        )

    # -- turns ------------------------------------------------------------------------------------------

    def with_turns(self, order: Sequence[Turn | bytes]) -> bytes:
        """The request with these turns: some of its own, and entries that are new."""
        if self.array is None or tuple(order) == self.turns or not order:
            return self.body
        patches = Patches(self.text)
        patches.replace(self.array, self._listed(order))
        return patches.applied()

    def _listed(self, order: Iterable[Turn | bytes]) -> bytes:
        """The list of turns anew; what stood between two entries stays in front of the second."""
        assert self.array is not None
        spans = [span for turn in self.turns for span in turn.entries]
        if not begins(self.text, self.array, b"["):
            return b"[%b]" % b",".join(entry for entry, _ in self._entries(order))
        gaps = {after: self.text[before.end : after.start] for before, after in pairwise(spans)}
        begin, end = (spans[0].start, spans[-1].end) if spans else (self.array.end - 1, self.array.end - 1)
        pieces = [self.text[self.array.start : begin]]
        for nth, (entry, span) in enumerate(self._entries(order)):
            gap = gaps.get(span, b",") if span is not None else b","
            pieces += [gap if nth else b"", entry]
        return b"".join([*pieces, self.text[end : self.array.end]])

    def _entries(self, order: Iterable[Turn | bytes]) -> Iterator[tuple[bytes, Span | None]]:
        for turn in order:
            if isinstance(turn, bytes):
                yield turn, None
            else:
                yield from ((self._entry(span), span) for span in turn.entries)

    def _entry(self, span: Span) -> bytes:
        entry = self.text[span.start : span.end]
        return entry if span != self.array else to_json({"role": "user", "content": Raw(entry)})

    def say(self, role: str, text: str) -> bytes:
        """A new turn in which this role says this text."""
        return self.words.turn(role, text)

    def again(self, turn: Turn) -> list[bytes]:
        """A turn once more, without the ids that no second entry may have."""
        return [_nameless(self._entry(span)) for span in turn.entries] if self.array is not None else []

    def reworded(self, turn: Turn, change: Callable[[str], str]) -> bytes:
        """The request with each text of a turn changed."""
        return self._texts_changed(turn.said, change)

    def reworded_first(self, turn: Turn, change: Callable[[str], str]) -> bytes:
        """The request with the first text of a turn changed."""
        return self._texts_changed(turn.said[:1], change)

    def _texts_changed(self, places: Iterable[Span], change: Callable[[str], str]) -> bytes:
        patches = Patches(self.text)
        for place in places:
            said = string(Raw(self.text[place.start : place.end]))
            if (changed := change(said)) != said:
                patches.replace(place, to_json(changed))
        return patches.applied() if patches else self.body

    # -- the system prompt ------------------------------------------------------------------------------

    def without_system(self) -> bytes:
        """The request without any system prompt."""
        left = [turn for turn in self.turns if turn.role != "system"]
        if not self.prompt or not (left or self.prompts):
            return self.body
        patches = Patches(self.text)
        if self.prompts and self.system is not None:
            fields = members(self.text, whole(self.text))
            name = next(name for name, member in fields.items() if member.span == self.system)
            patches.drop(fields, name)
        if self.array is not None and left and len(left) < len(self.turns):
            patches.replace(self.array, self._listed(left))
        return patches.applied()

    def with_system(self, more: str) -> bytes:
        """The request with more at the end of its system prompt, or with one that says only this."""
        places = self.prompts or next(
            (turn.said for turn in self.turns if turn.role == "system" and turn.said), ()
        )
        if places:
            return self._texts_changed(places[-1:], lambda said: f"{said}\n\n{more}")
        if not self.words.system:
            return self.with_turns([self.say("system", more), *self.turns])
        patches, prompt = Patches(self.text), self.words.prompt(more)
        if self.system is not None:
            patches.replace(self.system, prompt)
        else:
            patches.begin(whole(self.text), b"%b:%b" % (to_json(self.words.system), prompt))
        return patches.applied()


def _nameless(entry: bytes) -> bytes:
    fields = members(entry, whole(entry))
    if "id" not in fields:
        return entry
    patches = Patches(entry)
    patches.drop(fields, "id")
    return patches.applied()


def field_of(fields: dict[str, Member], *names: str) -> Member | None:
    """The first of these fields that a request has."""
    return next((fields[name] for name in names if name in fields), None)
