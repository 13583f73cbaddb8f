"""Whose record each row is: written beside a world's tables, for those who judge and never for agents."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from agentprobe.worlds.folder import spelled
from agentprobe.worlds.grow.frames import evenly
from agentprobe.worlds.grow.rows import Rows
from agentprobe.worlds.grow.tables import TableGrower
from agentprobe.worlds.source import BATCH_ROWS

FOLDER = "truth"


def write_truth(folder: Path, grower: TableGrower) -> bool:
    """Write TABLE's keys with their entity to `truth/TABLE.parquet`; False where no two rows share one."""
    table, frame = grower.table, grower.frame
    if frame.parent is not None or frame.starts is None or not table.key:
        return False
    path = folder / FOLDER / f"{spelled(table.name)}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = None
    for start, stop in evenly(frame.rows, BATCH_ROWS):
        rows = Rows(grower, np.arange(start, stop))
        columns = [rows.finished(name) for name in table.key]
        batch = pa.record_batch([*columns, pa.array(rows.entities)], names=[*table.key, "entity"])
        writer = writer or pq.ParquetWriter(path, batch.schema, compression="zstd")
        writer.write_batch(batch)
    if writer is not None:
        writer.close()
    return writer is not None
