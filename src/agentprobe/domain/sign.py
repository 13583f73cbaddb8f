"""A sign: what a run under faults must show for a flaw that was read in the code to be believed."""

from __future__ import annotations

from enum import StrEnum


class Sign(StrEnum):
    """What can be seen of a run, as far as it tells of a flaw; most are reactions by the same name."""

    OBEYED = "obeyed"
    LEAKED = "leaked"
    DUPLICATED = "duplicated"
    MISACTED = "misacted"
    LIED = "lied"
    STRAYED = "strayed"
    STOPPED = "stopped"
    TRIPPED = "tripped"
    """It ended with an error of its own code, such as a KeyError: nobody had thought of this."""
    LATE = "late"
    """It did not come back while anybody could still wait."""
    ENDLESS = "endless"
    """It asked until it was ended from outside."""
    ASKED_AGAIN = "asked again"
    """It asked once more what could not succeed."""
    ASKED_OFTEN = "asked often"
    """It asked six times or more what could not succeed: more than one layer of retries does."""
    SWOLLEN = "swollen"
    """What it sent to the model grew by 20,000 tokens or more."""
