"""What makes data production-like, without its values: taken from a source, kept as a file, grown to any
size."""

from __future__ import annotations

from agentprobe.worlds.shape.model import Shape
from agentprobe.worlds.shape.profiling import profile
from agentprobe.worlds.shape.store import read_shape, write_shape

__all__ = ["Shape", "profile", "read_shape", "write_shape"]
