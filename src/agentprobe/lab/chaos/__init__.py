"""Campaigns of faults: what is tried on which agent, what it makes of it, and the least that breaks it."""
