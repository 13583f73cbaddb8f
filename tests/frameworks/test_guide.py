"""The guide's table of frameworks says what their adapters say of themselves."""

from __future__ import annotations

from pathlib import Path

from agentprobe.adapters import frameworks

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "frameworks.md"


def rows() -> set[str]:
    """A row for each adapter."""
    kinds = [frameworks.framework(name) for name in frameworks.names()]
    return {
        "| "
        + " | ".join(
            (
                kind.title,
                kind.tools or "–",
                ("yes" if kind.refs else "no") if kind.tools else "–",
                kind.state or "–",
                kind.limits or "–",
            )
        )
        + " |"
        for kind in kinds
    }


def test_the_table_in_the_guide_is_what_the_adapters_say() -> None:
    written = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")][1:]
    assert set(written) == rows()
    assert written == sorted(written, key=str.lower)
