"""Enveloped XML signatures of CEB messages: verifying, signing, explaining, and the certificates behind them.

``verify`` says what the bytes prove (digest, value, which certificate); whether that certificate is trusted, in force
and belongs to the sender is asked apart (``certificate.check_chain``), because it depends on the registry and the day.
"""
