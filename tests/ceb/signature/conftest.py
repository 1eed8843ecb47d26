"""Keys and signers that all signature tests share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ceb.signature.made import MESSAGE, authority, leaf
from tongguan.ceb.signature.certificate import Issued
from tongguan.ceb.signature.sign import Signer


@pytest.fixture(scope="session")
def roots() -> dict[str, Issued]:
    return {algorithm: authority(algorithm) for algorithm in ("SM2", "RSA")}


@pytest.fixture(scope="session")
def parties(roots: dict[str, Issued]) -> dict[str, Issued]:
    return {algorithm: leaf(root, algorithm) for algorithm, root in roots.items()}


@pytest.fixture(scope="session")
def signers(parties: dict[str, Issued]) -> dict[str, Signer]:
    return {algorithm: Signer(party.key_pem, party.certificate_pem) for algorithm, party in parties.items()}


@pytest.fixture(scope="session")
def signed(signers: dict[str, Signer]) -> Callable[..., bytes]:
    """The small message signed: ``signed("sm2-sm3", line_length=64)``."""

    def sign(algorithm: str = "sm2-sm3", message: bytes = MESSAGE, **options: object) -> bytes:
        signer = signers["SM2" if algorithm.startswith("sm2") else "RSA"]
        return signer.sign(message, algorithm=algorithm, **options)  # type: ignore[arg-type]

    return sign
