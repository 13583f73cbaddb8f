"""The page of two sets of runs: what moved stands first, and nothing that was recorded becomes markup."""

from __future__ import annotations

from html.parser import HTMLParser

from agentprobe.lab.behaviour import Movement, SetDiff
from agentprobe.report.html_sets import MOST_ROWS, sets_page


def movement(name: str, a: int, b: int, runs: int = 50) -> Movement:
    return Movement("tool used", name, a, b, runs, runs, 0.99)


class Text(HTMLParser):
    """All text of a page, and the names of its tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def test_what_moved_comes_before_what_may_be_luck() -> None:
    page = sets_page(SetDiff(50, 50, (movement("calm", 25, 26), movement("stormy", 0, 50))))
    said = "".join(Text(page).said)
    assert said.index("stormy") < said.index("Not to be told from luck") < said.index("calm")
    assert "A 0 of 50, B 50 of 50" in page


def test_names_are_text_and_never_markup() -> None:
    found = Text(sets_page(SetDiff(1, 1, (movement("<script>alert(1)</script>\x1b[31m", 1, 1, 1),))))
    assert "script" not in found.tags
    assert "<script>alert(1)</script>\\x1b[31m" in "".join(found.said)


def test_a_page_stays_readable_however_many_behaviours_there_are() -> None:
    many = tuple(movement(f"tool {number}", 1, 1) for number in range(MOST_ROWS + 7))
    said = "".join(Text(sets_page(SetDiff(50, 50, many))).said)
    assert "7 more behaviours are left out here" in said
