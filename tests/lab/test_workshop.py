"""What a worker sees to beside the runs themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentprobe.errors import AgentProbeError
from agentprobe.lab.runners.workshop import check_room


def test_a_disk_that_is_full_ends_the_runs_instead_of_failing_them(tmp_path: Path) -> None:
    check_room(tmp_path)
    with pytest.raises(AgentProbeError, match="is full; what was done before is kept"):
        check_room(tmp_path, least=1 << 62)
