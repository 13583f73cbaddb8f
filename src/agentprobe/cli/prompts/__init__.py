"""The commands below `agentprobe prompts`, one file each."""
