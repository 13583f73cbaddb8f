"""The corridor as a process of its own, and the launcher that puts an unchanged agent behind it."""
