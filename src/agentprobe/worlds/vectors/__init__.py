"""Embeddings: replaced, described, grown and compared so that a search meets as many near ones as it did."""
