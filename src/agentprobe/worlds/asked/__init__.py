"""What of a world a question speaks of, and how many rows it could mean."""
