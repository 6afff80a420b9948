"""Whatever the descriptions admit, and much that they do not, is answered as they promise, and never by a failure.

The requests are drawn from the descriptions themselves, the same ones in every run, and go to a process as operators
start it. Event streams are left out: they have no end, and `tests/transport` follows them.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import APIOperation, BaseSchema, Case, GenerationMode, Response
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fixtures.served import Serve
from tests.fixtures.staff import hire
from tests.fixtures.world import World

Operation = APIOperation[Any, Any, Any, Any]
AnyCase = Case[Any]

DOCUMENTS = {"member": "/api/v1/docs/openapi.json", "owner": "/api/v1/staff/docs/openapi.json"}
ENDLESS = ["followEvents"]
LEAVING = ["logout"]
PROMISES: list[CheckFunction] = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
UNLIMITED = {"PARAGON_CODES_PER_CLIENT_MAX": "999999", "PARAGON_TRIES_PER_CLIENT_MAX": "999999"}
"""What is counted for one network address would be all that its requests ever meet."""


def drawn(count: int, **more: Any) -> settings:
    return settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        **more,
    )


def description(url: str, without: list[str]) -> BaseSchema:
    return schemathesis.openapi.from_url(url).exclude(operation_id=without)


def each_tried(schema: BaseSchema, headers: Callable[[], dict[str, str]], count: int) -> None:
    """So many requests that keep to the description, and as many that do not, to each of its addresses."""
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        of_caller = headers()
        for mode in GenerationMode:
            tried(found.ok(), mode, of_caller, count)


def tried(operation: Operation, mode: GenerationMode, headers: dict[str, str], count: int) -> None:
    @drawn(count)
    @given(case=operation.as_strategy(generation_mode=mode))
    def keeps_its_promises(case: AnyCase) -> None:
        case.call_and_validate(headers=headers, checks=PROMISES)

    keeps_its_promises()


@pytest.mark.parametrize("count", [8, pytest.param(300, marks=[pytest.mark.soak, pytest.mark.timeout(900)])])
@pytest.mark.parametrize("caller", DOCUMENTS)
async def test_every_address_keeps_what_its_description_promises(
    serve: Serve, world: World, caller: str, count: int
) -> None:
    await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    loop = asyncio.get_running_loop()

    def headers() -> dict[str, str]:
        """Of somebody who was never signed out: an address may end the session that calls it."""
        if caller == "member":
            return {"Authorization": f"Bearer {world.mira.token}"}
        colleague = asyncio.run_coroutine_threadsafe(hire(world, caller), loop).result()
        return {"Authorization": f"Bearer {colleague.token}"}

    with serve(**UNLIMITED) as served:
        schema = await asyncio.to_thread(description, f"{served.url}{DOCUMENTS[caller]}", ENDLESS)
        await asyncio.to_thread(each_tried, schema, headers, count)
        log = served.log.read_text()
    assert '"unforeseen"' not in log
    assert "Traceback" not in log


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("caller", DOCUMENTS)
async def test_journeys_through_the_addresses_keep_the_promises_too(serve: Serve, world: World, caller: str) -> None:
    """Each step goes on with what the one before it answered: a receipt that exists, an account that was invited."""
    await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    token = world.mira.token if caller == "member" else (await hire(world, caller)).token
    with serve(**UNLIMITED) as served:
        schema = await asyncio.to_thread(description, f"{served.url}{DOCUMENTS[caller]}", ENDLESS + LEAVING)

        class Journey(schema.as_state_machine()):  # type: ignore[misc]  # made of the description
            def get_call_kwargs(self, case: AnyCase) -> dict[str, Any]:  # noqa: ARG002 (schemathesis calls it so)
                return {"headers": {"Authorization": f"Bearer {token}"}}

            def validate_response(self, response: Response, case: AnyCase, **kwargs: Any) -> None:  # noqa: ARG002
                case.validate_response(response, checks=PROMISES)

        await asyncio.to_thread(Journey.run, settings=drawn(150, stateful_step_count=12))
        log = served.log.read_text()
    assert '"unforeseen"' not in log
    assert "Traceback" not in log
