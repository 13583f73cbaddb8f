"""To imitate production: sanitised snapshots, worlds grown from them to any size, and what is asked there."""
