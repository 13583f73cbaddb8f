"""Prompts under lock: found in code, files, settings and traces, and compared with what was reviewed."""
