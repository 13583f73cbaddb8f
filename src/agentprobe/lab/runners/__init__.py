"""What carries runs out: worker processes, and in them Python callables and commands in any language."""
