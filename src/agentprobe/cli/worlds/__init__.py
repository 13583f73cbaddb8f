"""The commands below `agentprobe world`, one file each."""
