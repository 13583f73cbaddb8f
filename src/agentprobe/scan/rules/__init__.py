"""The rules: one way to break a file, named by what is wrong."""
