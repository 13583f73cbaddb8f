"""agentprobe.toml read into settings; what people write is read strictly."""
