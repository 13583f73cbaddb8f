"""What a trace tells beyond its records: tokens, money, context, what was slow, what was swallowed."""
