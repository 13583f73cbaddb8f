"""The frameworks whose own hooks say more than the wire; one framework a file."""

from __future__ import annotations


def install() -> None:
    """Have each framework hooked as soon as the agent imports it; a second time does nothing."""
