"""To run again what was recorded: every answer comes out of the trace, none from the world."""
