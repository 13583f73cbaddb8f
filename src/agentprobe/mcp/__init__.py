"""The corridor between an agent and the tool servers that it reaches by the Model Context Protocol."""
