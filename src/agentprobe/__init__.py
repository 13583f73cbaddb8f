"""agentprobe: from works-in-dev to proven-for-production."""
