"""To compare: two runs laid beside each other, where they first part, and why."""
