"""The transparency log: what an event is, and how it is committed field by field."""
