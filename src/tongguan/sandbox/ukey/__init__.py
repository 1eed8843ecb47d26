"""A virtual hardware key: the WebSocket of the e-port key component, with a test certificate in place of the card.

What is known of the component comes from public clients of it and is told in ``docs/integrators.md``.
"""
