"""The command line: each command parses, calls one function of its room and hands the result to report."""
