"""How many faults one run bears: many find more in fewer runs, too many break it by their number."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Width:
    """The width of rows, up to `limit`: narrowed when a run cannot bear so many, widened while it can.

    It is narrowed to what the run did bear, but at most by half; and each time it takes twice as many good
    rows until it is widened by one again, so that an agent which breaks under any six faults is soon left
    in peace, and a single odd set costs little.
    """

    limit: int
    least: int
    """How many faults the combinations have that are to be covered."""
    now: int = field(init=False)
    _good: int = field(default=0, init=False)
    _wanted: int = field(default=1, init=False)

    def __post_init__(self) -> None:
        self.now = self.limit

    def bore(self, faults: int) -> None:
        """A row went well and all its faults, so many, fired."""
        if faults < self.now:
            return
        self._good += 1
        if self._good >= self._wanted:
            self._good = 0
            self.now = min(self.limit, self.now + 1)

    def broke(self, faults: int) -> None:
        """A run bore no more than so many faults."""
        self._good = 0
        self._wanted *= 2
        self.now = max(self.least, min(self.now, faults), self.now // 2)
