"""The tools of the agent that `agent_config.json` describes: a few reports, and an outbox in memory."""

from __future__ import annotations

REPORTS = {
    "Q3 report, Europe": "Sales rose by 4 %, returns fell by a tenth.",
    "Q3 report, Asia": "Sales fell by 1 %; two shops closed.",
    "Q2 report, Europe": "Sales were flat.",
}
OUTBOX: list[tuple[str, str]] = []


def search_reports(words: str) -> list[str]:
    """The titles that hold all of these words."""
    wanted = words.lower().split()
    return [title for title in REPORTS if all(word in title.lower() for word in wanted)]


def read_report(title: str) -> str:
    """The text of one report; raises LookupError when there is none of that title."""
    if title not in REPORTS:
        raise LookupError(f"no report is called {title!r}")
    return REPORTS[title]


def send_summary(to: str, text: str) -> str:
    """Put a summary into the outbox."""
    OUTBOX.append((to, text))
    return f"sent to {to}"
