"""The classes of queries that agents make, one a file."""
