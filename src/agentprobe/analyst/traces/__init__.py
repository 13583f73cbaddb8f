"""What recorded runs show of each way of failing: one file each, of one run and of several side by side."""
