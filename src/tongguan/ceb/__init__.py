"""What the messages look like on the wire: read, checked, written, packed.

Bytes come in through ``envelope`` (DxpMsg) and ``read`` (one message); messages go out through ``write``. What a
message may hold stands in ``tables/``; ``table`` reads it, ``generate`` writes the structs in ``messages/`` from it,
``schema`` the XML schema, and ``walk`` finds every problem by it. ``rules`` has the text of each. Signatures are in
``signature/``.
"""
