import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.ledger import AlreadyDone, Busy, Claim, Ledger, Superseded
from tests.support.fakes import NOW, FakeDynamoDB, client_error

ENTRY = "email#1"


class World:
    """A ledger with a clock that a test moves."""

    def __init__(self) -> None:
        self.client = FakeDynamoDB()
        self.now = NOW
        self.ledger = Ledger(self.client, "ledger", now=lambda: self.now)

    def entry(self) -> dict[str, dict[str, str]]:
        return self.client.tables["ledger"][ENTRY]


@pytest.fixture
def world() -> World:
    return World()


def test_claimed_once(world: World) -> None:
    claim = world.ledger.claim(ENTRY, owner="a", lease_seconds=60)
    with pytest.raises(Busy):
        world.ledger.claim(ENTRY, owner="b", lease_seconds=60)
    assert world.ledger.claim(ENTRY, owner="a", lease_seconds=60) == claim


def test_another_owner_takes_over_when_the_lease_has_ended(world: World) -> None:
    stale = world.ledger.claim(ENTRY, owner="a", lease_seconds=60)
    world.now += 59
    with pytest.raises(Busy):
        world.ledger.claim(ENTRY, owner="b", lease_seconds=60)
    world.now += 3
    world.ledger.claim(ENTRY, owner="b", lease_seconds=60)
    world.ledger.complete(stale, kind="email", outcome="welcome")  # came too late: does nothing
    assert world.entry()["state"] == {"S": "claimed"}
    assert world.entry()["owner"] == {"S": "b"}


def test_a_released_entry_can_be_claimed_at_once(world: World) -> None:
    world.ledger.release(world.ledger.claim(ENTRY, owner="a", lease_seconds=60))
    world.ledger.claim(ENTRY, owner="b", lease_seconds=60)


def test_a_completed_entry_cannot_be_claimed(world: World) -> None:
    world.ledger.complete(
        world.ledger.claim(ENTRY, owner="a", lease_seconds=60), kind="email", outcome="welcome"
    )
    for owner in "ab":
        with pytest.raises(AlreadyDone):
            world.ledger.claim(ENTRY, owner=owner, lease_seconds=60)
    entry = world.entry()
    assert (entry["day"], entry["kind"], entry["outcome"]) == (
        {"S": "2026-11-23"},
        {"S": "email"},
        {"S": "welcome"},
    )
    assert "lease" not in entry


def test_an_expired_entry_counts_as_absent(world: World) -> None:
    world.ledger.settle(world.ledger.claim(ENTRY, owner="a", lease_seconds=60))
    world.now += 91 * 86_400
    world.ledger.claim(ENTRY, owner="b", lease_seconds=60)


def test_newer_work_supersedes_older(world: World) -> None:
    world.ledger.settle(world.ledger.claim(ENTRY, owner="a", lease_seconds=60, sequence="2"))
    with pytest.raises(Superseded):
        world.ledger.claim(ENTRY, owner="b", lease_seconds=60, sequence="1")
    with pytest.raises(AlreadyDone):
        world.ledger.claim(ENTRY, owner="b", lease_seconds=60, sequence="2")
    world.ledger.claim(ENTRY, owner="b", lease_seconds=60, sequence="3")


def test_owners_who_began_and_did_not_end_are_counted(world: World) -> None:
    def claim(owner: str) -> Claim:
        world.now += 61
        return world.ledger.claim(ENTRY, owner=owner, lease_seconds=60)

    assert [claim(owner).begun for owner in "aab"] == [1, 1, 2]
    third = claim("c")
    assert third.begun == 3
    for _ in range(2):  # botocore repeats a call whose answer was lost
        world.ledger.release(third)
    assert claim("d").begun == 3
    world.ledger.complete(claim("a"), kind="email", outcome="welcome")
    assert "begun" not in world.entry()


def test_a_settled_entry_forgets_its_owners(world: World) -> None:
    for sequence in "12":
        claim = world.ledger.claim(ENTRY, owner=sequence, lease_seconds=60, sequence=sequence)
        assert claim.begun == 1
        world.ledger.settle(claim)
    assert "begun" not in world.entry()


def test_recorded_once(world: World) -> None:
    world.ledger.record(ENTRY, kind="file", outcome="resized")
    world.ledger.record(ENTRY, kind="file", outcome="copied")
    assert world.entry()["outcome"] == {"S": "resized"}


def test_other_errors_propagate(world: World) -> None:
    error = client_error("ProvisionedThroughputExceededException")
    world.client.errors = [error]
    with pytest.raises(type(error)):
        world.ledger.claim(ENTRY, owner="a", lease_seconds=60)


STEPS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["claim", "complete", "release", "wait"])),
    max_size=15,
)


@given(STEPS)
def test_never_two_holders_and_done_stays_done(steps: list[tuple[str, str]]) -> None:
    world = World()
    claims = {}
    holder, until, done = None, 0.0, False
    for owner, step in steps:
        if step == "wait":
            world.now += 25
        elif step == "claim":
            free = holder in (None, owner) or until < int(world.now)
            try:
                claims[owner] = world.ledger.claim(ENTRY, owner=owner, lease_seconds=60)
            except AlreadyDone:
                assert done
            except Busy:
                assert not free
                assert not done
            else:
                assert free
                assert not done
                holder, until = owner, int(world.now + 60)
        elif owner in claims and step == "complete":
            world.ledger.complete(claims[owner], kind="email", outcome="welcome")
            done = done or holder == owner
        elif owner in claims:
            world.ledger.release(claims[owner])
            if holder == owner and not done:
                until = 0
