"""What there is to say, and one file for each form it is said in."""
