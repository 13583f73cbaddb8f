"""Which faults to strike together next, so that few runs find every small set that breaks an agent."""
