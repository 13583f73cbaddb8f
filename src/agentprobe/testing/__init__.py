"""For the tests of our users: an agent's test runs in a session, on a recording, under faults."""
