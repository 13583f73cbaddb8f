"""What any program needs and that knows nothing of agents: clocks, dice, digests, catalogues, files."""
