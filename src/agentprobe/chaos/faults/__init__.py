"""The catalogue of misbehaviours, one a file."""
