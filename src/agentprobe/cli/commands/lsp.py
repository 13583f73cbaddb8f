"""`agentprobe lsp`: findings in an editor while one writes, over standard input and output."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import click

from agentprobe.errors import MissingExtra


@click.command("lsp")
@click.option("--stdio", is_flag=True, help="Over standard input and output, as always; editors say it.")
def command(*, stdio: bool) -> int:
    """Serve an editor: findings while one writes, fixes to choose from, and each rule's page.

    An editor starts it and speaks the Language Server Protocol with it; nothing listens on the network.
    Texts that are not saved yet are scanned as they stand. Settings come from agentprobe.toml or
    pyproject.toml in the folder that is open. Needs agentprobe-prod[lsp].

    Exit code: 0 when the editor has said goodbye, 2 where the extra is not installed.
    """
    try:
        from agentprobe.cli.editor.answers import serve
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise MissingExtra("the language server", "lsp") from error
    try:
        serve(version("agentprobe-prod"))
    except PackageNotFoundError:
        serve("0")
    return 0
