"""To read without running: source, settings, prompts and tool schemas, for the ways in which agents break."""
