"""Experiments: the grid of runs, what carries them out, and what their numbers say."""
