"""To say how an agent fails: the six ways, each with evidence, from traces, a scan, or descriptions."""
