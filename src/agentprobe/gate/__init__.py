"""Policy and evidence give a verdict, with reasons."""
