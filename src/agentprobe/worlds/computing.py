"""Arrow's functions on columns, under a name without types: their stubs take less than they do."""

from __future__ import annotations

from typing import Any

import pyarrow.compute

pc: Any = pyarrow.compute
