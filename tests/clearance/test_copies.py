"""Copies for subscribers: being named in a filing is not enough, the registry must have them recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.clearance.playstore import DXP, PLATFORM, PlayStore, a_set
from tests.clearance.test_whole_cases import clear

FILER, FRIEND, STRANGER = DXP[PLATFORM], "DXPENT9990000098", "DXPENT9990000099"


def order_receipts(store: PlayStore) -> set[tuple[str, ...]]:
    """To whom the order's receipts went."""
    return {one.to for made in store.decisions for one in made.receipts if one.message_type == "CEB312Message"}


@pytest.mark.parametrize(
    ("recorded", "to"),
    [
        ((), (FILER,)),
        (((FILER, FRIEND),), (FILER, FRIEND)),
        ((("DXPENT9990000001x", FRIEND),), (FILER,)),
        (((FILER, FRIEND), (FILER, STRANGER)), (FILER, STRANGER, FRIEND)),
    ],
)
def test_of_those_who_are_named_only_the_recorded_get_receipts(recorded, to):
    store, docs = PlayStore(receipt_copies=recorded), a_set()
    docs["order"] = replace(docs["order"], subscribers=(STRANGER, FRIEND))
    clear(store, docs)
    assert order_receipts(store) == {to}


def test_a_subscription_that_ends_ends_the_copies_of_documents_filed_before():
    store, docs = PlayStore(receipt_copies=((FILER, FRIEND),)), a_set()
    docs["order"] = replace(docs["order"], subscribers=(FRIEND,))
    store.file(docs["order"])
    assert order_receipts(store) == {(FILER, FRIEND)}
    store.decisions.clear()
    store.receipt_copies = ()
    for kind in ("payment", "waybill", "inventory"):
        store.file(docs[kind])
    assert order_receipts(store) == {(FILER,)}


def test_somebody_recorded_and_not_named_gets_nothing():
    store = PlayStore(receipt_copies=((FILER, FRIEND),))
    clear(store, a_set())
    assert order_receipts(store) == {(FILER,)}


def test_data_go_to_the_recorded_once_for_each_version():
    store, docs = PlayStore(data_copies=(FRIEND,)), a_set()
    order = replace(docs["order"], copy_to=(FRIEND, STRANGER))
    assert store.file(order).copies == (FRIEND,)
    assert store.file(order).copies == ()  # the same bytes again are no new version
    changed = order.head(appType="2", appTime="20260302113001", note="x")
    assert store.file(changed).copies == (FRIEND,)


def test_data_of_a_refused_record_are_not_copied():
    store, docs = PlayStore(data_copies=(FRIEND,)), a_set()
    wrong = replace(docs["order"], copy_to=(FRIEND,)).head(acturalPaid=docs["order"].record.OrderHead.acturalPaid + 1)
    decision = store.file(wrong)
    assert (decision.status, decision.copies) == ("-301008", ())
