"""Durable state: the data directory, its keys, the inboxes, the clearing schema and its named statements."""
