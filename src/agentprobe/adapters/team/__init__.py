"""The store of a team: the traces of many people and projects in one PostgreSQL database."""
