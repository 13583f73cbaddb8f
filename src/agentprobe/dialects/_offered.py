"""The tools that a request offers, told otherwise where they stand; all else stays as it came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from msgspec import Raw

from agentprobe.dialects._fields import decoded
from agentprobe.dialects._spans import Patches, Span, begins, entries, members, plain_text, value_of, whole
from agentprobe.dialects._writing import to_json


class Offer(NamedTuple):
    """A tool as far as it is told in words."""

    name: str
    description: str = ""


Retelling = Callable[[Sequence[Offer]], Mapping[str, Sequence[Offer]]]
"""Of all that is offered, by a tool's name: what stands in its place. Each is like it but for its words."""


@dataclass(frozen=True, slots=True)
class OfferPlaces:
    """Where the words of a tool stand in an entry of a request's `tools`."""

    inner: tuple[str, ...] = ()
    """The fields of which one holds name and description; none where they stand in the entry itself."""
    lists: tuple[str, ...] = ()
    """The fields of which one holds several tools, where an entry is a list of them."""
    kinds: tuple[str | None, ...] = ()
    """The types of an entry that the agent runs itself; empty where all are such."""


class _Placed(NamedTuple):
    """A tool in its place: its list, its entry there, and within that what says its name."""

    array: Span
    entry: Span
    words: Span
    offer: Offer


def offers(body: bytes, places: OfferPlaces) -> tuple[Offer, ...]:
    """The tools that a request offers; raises DecodeError for what is no request."""
    return tuple(placed.offer for placed in _placed(plain_text(body), places))


def retold(body: bytes, retelling: Retelling, places: OfferPlaces) -> bytes:
    """The request with its tools told otherwise; the same object where nothing changes."""
    text = plain_text(body)
    placed = list(_placed(text, places))
    told = retelling([one.offer for one in placed])
    changed = [one for one in placed if tuple(told.get(one.offer.name, [one.offer])) != (one.offer,)]
    if not changed:
        return body
    patches = Patches(text)
    for array in dict.fromkeys(one.array for one in changed):
        _retell(text, array, [one for one in placed if one.array == array], told, patches)
    return patches.applied()


def _retell(
    text: bytes, array: Span, placed: list[_Placed], told: Mapping[str, Sequence[Offer]], patches: Patches
) -> None:
    """Write a list anew where one of its entries goes, else only the entries that change."""
    ours = {one.entry: one for one in placed}
    written = {
        entry: [text[entry.start : entry.end]] if entry not in ours else _written(text, ours[entry], told)
        for entry in entries(text, array)
    }
    if not all(written.values()):
        patches.replace(array, b"[%b]" % b",".join(entry for group in written.values() for entry in group))
        return
    for entry, group in written.items():
        if group != [text[entry.start : entry.end]]:
            patches.replace(entry, b",".join(group))


def _written(text: bytes, one: _Placed, told: Mapping[str, Sequence[Offer]]) -> list[bytes]:
    return [_worded(text, one, offer) for offer in told.get(one.offer.name, [one.offer])]


def _worded(text: bytes, one: _Placed, offer: Offer) -> bytes:
    """The bytes of a tool's entry with other words in it."""
    shift = one.entry.start
    entry = text[shift : one.entry.end]
    words, patches = Span(one.words.start - shift, one.words.end - shift), Patches(entry)
    fields = members(entry, words)
    if offer.name != one.offer.name:
        patches.replace(fields["name"].span, to_json(offer.name))
    if offer.description != one.offer.description:
        if "description" in fields:
            patches.replace(fields["description"].span, to_json(offer.description))
        else:
            patches.after(fields["name"].span, b'"description":' + to_json(offer.description))
    return patches.applied()


def _placed(text: bytes, places: OfferPlaces) -> Iterator[_Placed]:
    fields = members(text, whole(text))
    tools = fields.get("tools")
    if tools is None or not begins(text, tools.span, b"["):
        return
    for entry in entries(text, tools.span):
        if not begins(text, entry, b"{"):
            continue
        if places.lists:
            yield from _listed(text, entry, places)
        elif (words := _words(text, entry, places)) is not None:
            yield from _offered(text, tools.span, entry, words)


def _listed(text: bytes, holder: Span, places: OfferPlaces) -> Iterator[_Placed]:
    fields = members(text, holder)
    for name in places.lists:
        if name in fields and begins(text, fields[name].span, b"["):
            for entry in entries(text, fields[name].span):
                yield from _offered(text, fields[name].span, entry, entry)


def _words(text: bytes, entry: Span, places: OfferPlaces) -> Span | None:
    """Where name and description of an entry stand; None for a tool that the provider runs itself."""
    fields = members(text, entry)
    if places.kinds:
        return entry if value_of(text, fields, "type") in places.kinds else None
    return next((fields[name].span for name in places.inner if name in fields), None)


def _offered(text: bytes, array: Span, entry: Span, words: Span) -> Iterator[_Placed]:
    told = decoded(Raw(text[words.start : words.end]))
    if isinstance(told, dict) and isinstance(told.get("name"), str):
        yield _Placed(array, entry, words, Offer(told["name"], str(told.get("description") or "")))
