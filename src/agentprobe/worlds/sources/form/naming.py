"""What tables are called in a world when a database has several schemas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def names_of(tables: Iterable[tuple[str, str]], default: str) -> dict[tuple[str, str], str]:
    """A name for each (schema, table): the table's own, or `schema.table` where it needs to be told apart.

    That is where the schema is not the default one, or where a table of the default one is called like that.
    """
    pairs = list(tables)
    named = {pair: pair[1] if pair[0] == default else f"{pair[0]}.{pair[1]}" for pair in pairs}
    twice = {name for name, count in Counter(named.values()).items() if count > 1}
    return {pair: f"{pair[0]}.{pair[1]}" if name in twice else name for pair, name in named.items()}


def quoted(name: str, mark: str = '"') -> str:
    """A name for SQL, whatever stands in it."""
    return mark + name.replace(mark, mark * 2) + mark
