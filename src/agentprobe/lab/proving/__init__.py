"""Proof of what was read: the agent is run under the faults that a scan's findings name."""
