"""A tool's name that another server has already is refused."""

from __future__ import annotations

from collections.abc import Callable

Mend = Callable[..., str]


def test_a_second_server_cannot_take_a_name(mended: Mend) -> None:
    after = mended(
        """\
        class Host:
            async def connect(self, sessions):
                self.home = {}
                for name, session in sessions.items():
                    listed = await session.list_tools()
                    for tool in listed.tools:
                        self.home[tool.name] = session
        """,
        "tool-name-collision",
    )
    assert (
        "                if tool.name in self.home and self.home[tool.name] is not session:\n"
        '                    raise ValueError(f"two servers offer a tool named {tool.name}")\n'
        "                self.home[tool.name] = session\n"
    ) in after
