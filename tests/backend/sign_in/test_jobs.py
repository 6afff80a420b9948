"""The job that sends a code: once, to the very address, and nothing of it stays."""

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from backend.kit.clock import utc_now
from backend.kit.jobs import GiveUp, Job, Retry
from backend.sign_in.jobs import SignInServices, deliver_code
from notifications.channel import Accepted, Address, Rendered
from notifications.errors import AddressGone, ChannelError, Misconfigured, TryLater
from tests.fixtures.sign_in import Phone
from tests.fixtures.world import KEY, World


@dataclass
class Pigeon:
    """Keeps what it was asked to send; raises the prepared answers first."""

    code: str = "console"
    answers: deque[ChannelError] = field(default_factory=deque)
    sent: list[tuple[Rendered, Address, str]] = field(default_factory=list)

    async def send(self, rendered: Rendered, address: Address, *, idempotency_key: str) -> Accepted:
        self.sent.append((rendered, address, idempotency_key))
        if self.answers:
            raise self.answers.popleft()
        return Accepted(provider_id=None)


@pytest.fixture
def pigeon() -> Pigeon:
    return Pigeon()


@pytest.fixture
def services(world: World, pigeon: Pigeon) -> SignInServices:
    return SignInServices(world.database, {"console": pigeon}, KEY.encode(), show_codes=False, clock=utc_now)


async def asked(phone: Phone) -> tuple[str, Job]:
    """Ask for a code: what it is, and its job."""
    await phone.ask(language="en")
    (job,) = [row for row in await phone.world.jobs() if row.kind == "sign_in.deliver"]
    return await phone.sent(), Job(job.id, job.tenant_id, job.kind, job.subject, 1)


async def sealed(phone: Phone) -> bytes | None:
    (row,) = await phone.challenges()
    value: bytes | None = row.sealed
    return value


async def test_a_code_is_sent_once_and_erased(services: SignInServices, pigeon: Pigeon, phone: Phone) -> None:
    code, job = await asked(phone)
    for _ in range(2):
        await deliver_code(services, job)
    ((rendered, address, key),) = pigeon.sent
    assert address == phone.to
    assert key == str(job.subject)
    assert rendered.is_secret
    assert code not in rendered.title
    expected = (
        f"Mlekara Lipa: your code for signing in is {code}. It is valid for 10 minutes. Do not tell it to anyone."
    )
    assert rendered.body == expected
    assert await sealed(phone) is None
    assert (await phone.enter(code)).status_code == 200


async def test_a_busy_channel_is_asked_again_with_the_same_code(
    services: SignInServices, pigeon: Pigeon, phone: Phone
) -> None:
    _, job = await asked(phone)
    pigeon.answers.append(TryLater("busy", after_s=7))
    with pytest.raises(Retry) as wish:
        await deliver_code(services, job)
    assert wish.value.delay == timedelta(seconds=7)
    await deliver_code(services, job)
    assert pigeon.sent[0] == pigeon.sent[1]
    assert await sealed(phone) is None


async def test_an_address_that_is_nobodys_is_not_asked_again(
    services: SignInServices, pigeon: Pigeon, phone: Phone
) -> None:
    _, job = await asked(phone)
    pigeon.answers.append(AddressGone("nobody"))
    await deliver_code(services, job)
    assert await sealed(phone) is None


async def test_a_channel_that_is_wrong_or_absent_is_the_operators_matter(
    services: SignInServices, pigeon: Pigeon, phone: Phone
) -> None:
    _, job = await asked(phone)
    pigeon.answers.append(Misconfigured("no credentials"))
    with pytest.raises(GiveUp, match="channel-misconfigured"):
        await deliver_code(services, job)
    assert await sealed(phone) is None
    other = Phone(phone.world)
    await other.ask()
    (row,) = await other.challenges()
    bare = SignInServices(services.database, {}, services.key, show_codes=False, clock=utc_now)
    with pytest.raises(GiveUp, match="channel-misconfigured"):
        await deliver_code(bare, Job(job.id, job.tenant_id, job.kind, row.id, 1))


async def test_a_code_that_is_over_is_erased_unsent(services: SignInServices, pigeon: Pigeon, phone: Phone) -> None:
    _, job = await asked(phone)
    late = SignInServices(
        services.database,
        services.channels,
        services.key,
        show_codes=False,
        clock=lambda: utc_now() + timedelta(hours=1),
    )
    await deliver_code(late, job)
    assert pigeon.sent == []
    assert await sealed(phone) is None


async def test_a_code_that_was_replaced_is_not_sent(services: SignInServices, pigeon: Pigeon, phone: Phone) -> None:
    _, job = await asked(phone)
    await phone.ask()
    await deliver_code(services, job)
    assert pigeon.sent == []
    assert await sealed(phone) is not None


async def test_challenges_long_over_are_forgotten(world: World, phone: Phone) -> None:
    await phone.ask()
    await world.rows(
        "update sign_in_challenge set expires_at = now() - interval '25 hours' where tenant_id = :tenant returning id"
    )
    await Phone(world).ask()
    assert await phone.challenges() == []
    assert await world.count("sign_in_challenge") == 1
