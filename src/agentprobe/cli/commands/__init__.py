"""The commands, one a file, imported only when they are called."""
