"""The Python client of a tongguan gateway. Stands alone: it needs httpx and nothing else of this package.

from tongguan.client import Client

with Client("http://127.0.0.1:8280", token) as client:
    filed = client.file(message)
    print(client.wait_for(filed.filing_id).records)
"""

from tongguan.client.aio import AsyncClient
from tongguan.client.errors import (
    ClientError,
    NotAllowed,
    NotFound,
    NotReached,
    Refusal,
    ServerBusy,
    ServerFault,
    TimedOut,
    Trouble,
)
from tongguan.client.forms import Filed, Filing, Problem, Receipt, Receipts, Record, TaxBill
from tongguan.client.sync import Client

__all__ = [
    "AsyncClient",
    "Client",
    "ClientError",
    "Filed",
    "Filing",
    "NotAllowed",
    "NotFound",
    "NotReached",
    "Problem",
    "Receipt",
    "Receipts",
    "Record",
    "Refusal",
    "ServerBusy",
    "ServerFault",
    "TaxBill",
    "TimedOut",
    "Trouble",
]
