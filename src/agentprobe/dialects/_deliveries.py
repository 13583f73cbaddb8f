"""Results of a conversation told wrongly: exchanged, in another order, emptied, lost, under another id."""

from __future__ import annotations

from collections.abc import Sequence

from agentprobe.dialects._conversation import Conversation
from agentprobe.dialects._spans import Patches, Span, entries
from agentprobe.dialects._turns import PlacedCall, PlacedResult
from agentprobe.dialects._writing import to_json


class Deliveries:
    """Changes to how a conversation's results are told, made all at once."""

    def __init__(self, told: Conversation) -> None:
        self._told = told
        self._patches = Patches(told.text)

    @property
    def body(self) -> bytes:
        """The request with all changes; the same object where there are none."""
        return self._patches.applied() if self._patches else self._told.body

    def exchange(self, one: PlacedResult, other: PlacedResult) -> bool:
        """Let each of two results say what the other says; False where that changes nothing."""
        return self.copy(one, other) and self.copy(other, one)

    def copy(self, target: PlacedResult, source: PlacedResult) -> bool:
        """Let a result say what another one says; False where it does already, or is of another kind."""
        names = self._told.words.told
        before, after = (self._said(one) for one in (target, source))
        if before == after or names[0] not in before.keys() & after.keys() or self._differ(target, source):
            return False
        for name in names:
            if name in after and name in before:
                self._patches.replace(target.fields[name].span, after[name])
            elif name in after:
                self._patches.begin(target.object, b"%b:%b" % (to_json(name), after[name]))
            elif name in before:
                self._patches.drop(target.fields, name)
        return True

    def _said(self, one: PlacedResult) -> dict[str, bytes]:
        return {
            name: self._bytes(one.fields[name].span) for name in self._told.words.told if name in one.fields
        }

    def _differ(self, one: PlacedResult, other: PlacedResult) -> bool:
        kinds = [self._bytes(each.fields["type"].span) for each in (one, other) if "type" in each.fields]
        return len(set(kinds)) > 1

    def reverse(self, results: Sequence[PlacedResult]) -> bool:
        """Tell these results in the opposite order; False where that changes nothing."""
        places = [one.entry for one in results]
        told = [self._bytes(place) for place in places]
        if told == told[::-1]:
            return False
        for place, entry in zip(places, reversed(told), strict=True):
            self._patches.replace(place, entry)
        return True

    def say(self, one: PlacedResult, text: str) -> bool:
        """Let a result say this text; False where it does already."""
        if one.result.content == text:
            return False
        (name, *_), written = self._told.words.told, self._told.words.result(self._bytes(one.object), text)
        if name in one.fields:
            self._patches.replace(one.fields[name].span, written)
        else:
            self._patches.begin(one.object, b"%b:%b" % (to_json(name), written))
        return True

    def remove(self, *gone: PlacedResult | PlacedCall) -> bool:
        """Take entries out; False, and nothing is done, where one stands alone in its list."""
        listed = [(one.entry, entries(self._told.text, one.array)) for one in gone]
        if any(len(places) < 2 for _, places in listed):
            return False
        for entry, places in listed:
            at = places.index(entry)
            start, end = (places[at - 1].end, entry.end) if at else (entry.start, places[1].start)
            self._patches.replace(Span(start, end), b"")
        return True

    def rename(self, one: PlacedResult, call: str) -> bool:
        """Put a result under another id; False where the request does not say whose it is."""
        if one.name is None:
            return False
        self._patches.replace(one.name, to_json(call))
        return True

    def _bytes(self, place: Span) -> bytes:
        return self._told.text[place.start : place.end]
