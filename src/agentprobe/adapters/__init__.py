"""To speak the agent's language: the hook on HTTP clients, tools, sessions in code."""
