"""Failures of parallel calls that nobody looks at."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding

Scan = Callable[..., list[Finding]]


@pytest.mark.parametrize(
    ("rest", "says"),
    [
        ("return [one for one in found if not isinstance(one, Exception)]", "filtered out"),
        ("return [one for one in found if isinstance(one, dict)]", "filtered out"),
        ("for one in found:\n        print(one.title)", "as if all were answers"),
        ("print('done')", "nobody looks"),
    ],
)
def test_results_without_a_look_at_their_errors_are_found(found: Scan, rest: str, says: str) -> None:
    code = f"""
import asyncio

async def search(queries):
    found = await asyncio.gather(*[ask(one) for one in queries], return_exceptions=True)
    {rest}
"""
    (finding,) = found(code, "gather-errors-dropped")
    assert finding.place.line == 5
    assert says in finding.message


@pytest.mark.parametrize(
    "rest",
    [
        "return found",
        "failed = [one for one in found if isinstance(one, Exception)]\n    return good(found), failed",
        "for one in found:\n        if isinstance(one, Exception):\n            logger.error('%r', one)",
        "for x in found:\n        if not isinstance(x, Exception):\n            continue\n        tell(x)",
    ],
)
def test_errors_that_are_handed_on_logged_or_kept_are_not(found: Scan, rest: str) -> None:
    code = f"""
import asyncio

async def search(queries):
    found = await asyncio.gather(*[ask(one) for one in queries], return_exceptions=True)
    {rest}
"""
    assert not found(code, "gather-errors-dropped")


def test_tasks_that_were_cancelled_and_functions_that_catch_all_themselves_are_not(found: Scan) -> None:
    code = """
    import asyncio

    async def close(self):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def notify(people):
        async def tell(person):
            try:
                await send(person)
            except Exception as error:
                logger.warning("not told: %s", error)

        await asyncio.gather(*[tell(one) for one in people], return_exceptions=True)
    """
    assert not found(code, "gather-errors-dropped")
