"""The corridor between an agent and the world; it knows no event loop and nobody's library."""
