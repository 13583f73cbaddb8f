"""To look into a world as a run left it, or as it stands, in the same words for every database."""

from __future__ import annotations

from pathlib import Path

from agentprobe.worlds.look import Look
from agentprobe.worlds.stand import addresses
from agentprobe.worlds.stand.forms import FORMS
from agentprobe.worlds.stand.standing import read_standing


def look(folder: Path, *, address: str = "") -> Look:
    """A read-only view of a run's folder, its writes included, or of a folder in which a world stands.

    Values are those that SQLite would give: days and moments as ISO text, decimals as numbers where a number
    holds them exactly. Raises FixtureError where nothing stands, or the database cannot be opened.
    """
    standing = read_standing(folder)
    server = address or addresses.whole(standing.address)
    return FORMS.get(standing.form)().look(standing, folder, server)
