"""The machines' door: POST /dxp on a raw path, the read API beside it, tokens, and the processes that carry both."""
