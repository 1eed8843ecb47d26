"""``upstream.db``: what was forwarded to the window above, what came from it, and our own answers beside it.

A file of its own; no decision ever reads it. The process that talks with the upstream writes it, commands put tokens
in. What names or may name a person (messages, texts, tokens) is sealed with a key of this file, which the store's key
wraps.
"""
