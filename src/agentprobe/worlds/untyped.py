"""Parts of pyarrow whose stubs refuse calls that are right, or call every array boolean."""

from __future__ import annotations

from typing import Any

import pyarrow
import pyarrow.compute

array: Any = pyarrow.array
pc: Any = pyarrow.compute
