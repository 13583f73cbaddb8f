"""Worlds kept well: how far production has moved since, what is stale, what is retired."""
