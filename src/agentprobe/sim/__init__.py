"""The simulated model: a real server, or a function, whose answers come from a scripted, seeded policy."""
