"""Arrow's functions on whole columns, as taking a shape and growing from one use them."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

Values: TypeAlias = "pa.Array[Any]"
pc: Any = pyarrow.compute
"""The stubs know too few of these functions' forms."""


def picked(values: Values, places: npt.NDArray[np.integer]) -> Values:
    """The values at these places."""
    found: Values = pc.take(values, pa.array(places))
    return found


def flags(values: Values) -> npt.NDArray[np.bool_]:
    """A column of yes and no; null is no."""
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), bool)
