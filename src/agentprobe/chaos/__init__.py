"""To disturb: faults, which of them strike which calls, and the room that lets them."""
