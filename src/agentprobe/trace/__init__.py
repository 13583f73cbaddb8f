"""To remember: what crossed the boundary, written as it crosses, and read back."""
