"""To put ambiguity into a world: a few rows around a target that make a careless answer a wrong one."""
