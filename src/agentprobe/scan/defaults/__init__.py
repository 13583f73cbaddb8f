"""What libraries do where a program says nothing: a dated table, by package, setting and version."""

from agentprobe.scan.defaults.table import Default, Defaults, shipped

__all__ = ["Default", "Defaults", "shipped"]
