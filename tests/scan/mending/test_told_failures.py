"""Failures among the results of parallel calls are logged."""

from __future__ import annotations

from collections.abc import Callable

Mend = Callable[..., str]
CODE = """\
import asyncio
{more}
async def search_all(queries):
    found = await asyncio.gather(
        *[search(query) for query in queries],
        return_exceptions=True,
    )
    return [one for one in found if not isinstance(one, Exception)]
"""


def test_failures_are_logged_with_their_number(mended: Mend) -> None:
    after = mended(CODE.format(more=""), "gather-errors-dropped")
    assert after.startswith("import asyncio\nimport logging\n")
    assert (
        "    )\n"
        "    failed = [one for one in found if isinstance(one, BaseException)]\n"
        "    if failed:\n"
        '        logging.warning("%d of %d calls failed: %r", len(failed), len(found), failed[0])\n'
    ) in after


def test_a_logger_of_the_file_is_used(mended: Mend) -> None:
    more = "import logging\n\nlog = logging.getLogger(__name__)\n"
    after = mended(CODE.format(more=more), "gather-errors-dropped")
    assert "        log.warning(" in after
    assert after.count("import logging") == 1
