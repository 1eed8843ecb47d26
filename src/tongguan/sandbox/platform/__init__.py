"""The platform's side of the payment pull, for tests: it answers ``platDataOpen`` and uploads signed payment data."""
