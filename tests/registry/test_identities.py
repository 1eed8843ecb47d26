"""The identity register: sealed under a key, silent in its mistakes, forgiving of how a name is written."""

from __future__ import annotations

import pytest

from tests.registry import folder as far
from tests.registry.folder import folder
from tongguan.registry.identities import IdentityRegister, Person, seal
from tongguan.registry.snapshot import RegistryFault, build_registry, pack_registry
from tongguan.registry.tables import RegistryTables, read_registry

KEY, OTHER_KEY = b"one key of one store, 32 bytes..", b"another key of another store...."


def tables() -> RegistryTables:
    """The rows of the stranger's folder."""
    reading = read_registry(folder())
    assert reading.tables is not None, reading.problems
    return reading.tables


def answer(number: str, name: str, key: bytes = KEY, asked_under: bytes = KEY) -> str:
    """What the stranger's register, packed under ``key``, says of a person."""
    return build_registry(pack_registry(tables(), key)).identities.answer(seal(asked_under, number, name))


@pytest.mark.parametrize(
    ("number", "name", "said"),
    [
        pytest.param(far.NUMBERS[0], "远方·某甲", "known", id="as registered"),
        pytest.param(f" {far.NUMBERS[0].lower()} ", "远方 • 某甲", "known", id="blanks, case and another dot"),
        pytest.param(far.NUMBERS[0], "远方某甲", "mismatch", id="without the dot"),
        pytest.param(far.NUMBERS[0], "远方某乙", "mismatch", id="another registered person's name"),
        pytest.param(far.NUMBERS[1], "远方某乙", "known", id="the second person"),
        pytest.param("99010119770101003X", "远方·某甲", "unknown", id="a number that nobody has"),
    ],
)
def test_number_and_name_are_looked_up_together(number: str, name: str, said: str) -> None:
    assert answer(number, name) == said


def test_another_key_knows_nobody() -> None:
    assert answer(far.NUMBERS[0], "远方·某甲", asked_under=OTHER_KEY) == "unknown"


def test_the_snapshot_holds_no_number_and_no_name() -> None:
    packed = pack_registry(tables(), KEY)
    for text in (*far.NUMBERS, "远方·某甲", "某甲", "远方某乙"):
        assert text.encode() not in packed
    kept = build_registry(packed).tables
    assert kept.people == () and len(kept.identities) == 2


def test_the_same_people_are_sealed_otherwise_under_another_key() -> None:
    first, second = (build_registry(pack_registry(tables(), key)).tables.identities for key in (KEY, OTHER_KEY))
    assert not {row.number for row in first} & {row.number for row in second}
    assert not {row.name for row in first} & {row.name for row in second}


def test_a_register_is_never_packed_without_a_key() -> None:
    with pytest.raises(RegistryFault, match="key"):
        pack_registry(tables())
    bare = read_registry({"parties.csv": far.PARTIES}).tables
    assert bare is not None
    assert not build_registry(pack_registry(bare)).identities


def test_a_packed_register_can_be_packed_again_and_stays_the_same() -> None:
    packed = pack_registry(tables(), KEY)
    assert pack_registry(build_registry(packed).tables) == packed


def test_mistakes_and_representations_do_not_show_the_person() -> None:
    bad = far.NUMBERS[0][:-1] + "!"
    text = f"number,name\n{bad},远方\u200b某丙\n{far.NUMBERS[1]},远方某乙\n{far.NUMBERS[1]},远方某乙\n"
    for changed in (text, f"number,name\n{far.NUMBERS[1]},远方某乙\n{far.NUMBERS[1]},远方某乙\n"):
        reading = read_registry({**folder(), "identities.csv": changed})
        told = "".join(f"{one.found}{one.expected}" for one in reading.problems)
        assert reading.problems
        for value in (bad, far.NUMBERS[1], "远方某乙", "某丙"):
            assert value not in told
    shown = repr(Person(number=far.NUMBERS[0], name="远方某乙"))
    assert far.NUMBERS[0] not in shown and "远方某乙" not in shown


def test_an_empty_register_is_none() -> None:
    assert not IdentityRegister(())
