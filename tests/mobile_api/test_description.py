"""The API describes itself truthfully, with examples, from its own files."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec

from backend.kit.errors import catalogue
from backend.kit.web import problems
from mobile_api.member_shapes import AskCode, ChangeMember, PutDevice, RefreshTokens, SignIn
from tests.fixtures.world import World

OPEN = {f"/api/v1/auth/{name}" for name in ("code", "token", "refresh", "logout")}
"""The addresses by which one gets a token, and so asks for none."""
CARD = ("face", "barcode.svg", "barcode.png", "code", "apple.pkpass", "google")


async def _document(world: World) -> dict[str, Any]:
    answer = await world.client().get("/docs/openapi.json")
    assert answer.status_code == 200
    return dict(answer.json())


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _resolve(document: dict[str, Any], reference: str) -> object:
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


async def test_the_description_is_whole(world: World) -> None:
    document = await _document(world)
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert set(document["paths"]) == {
        "/api/v1/receipts",
        "/api/v1/receipts/{receipt_id}",
        "/api/v1/wallet",
        "/api/v1/wallet/entries",
        "/api/v1/vouchers",
        "/api/v1/coupons",
        "/api/v1/cards",
        "/api/v1/cards/{number}/lost",
        "/api/v1/cards/{number}/block",
        "/api/v1/cards/{number}/unblock",
        "/api/v1/me",
        "/api/v1/offers",
        "/api/v1/devices/{installation}",
        "/api/v1/events",
        *(f"/api/v1/cards/{{number}}/{what}" for what in CARD),
        *OPEN,
    }
    for reference in _references(document):
        assert _resolve(document, reference), reference
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations) == 27
    for path, operation in ((path, one) for path, found in document["paths"].items() for one in found.values()):
        assert operation["summary"]
        assert operation.get("security") == (None if path in OPEN else [{"member": []}])
        assert {"503"} <= set(operation["responses"])
        assert path in OPEN or "401" in operation["responses"]
        refusals = [response for status, response in operation["responses"].items() if int(status) >= 400]
        for refusal in refusals:
            (media,) = refusal["content"].items()
            assert media == ("application/problem+json", {"schema": {"$ref": "#/components/schemas/Problem"}})
    assert document["components"]["securitySchemes"]["member"]["scheme"] == "bearer"


async def test_both_bodies_of_a_submission_are_described_with_examples(world: World) -> None:
    submit = (await _document(world))["paths"]["/api/v1/receipts"]["post"]
    body = submit["requestBody"]["content"]
    assert set(body) == {"application/json", "multipart/form-data"}
    (example,) = body["application/json"]["examples"].values()
    assert set(example["value"]) == {"payload"}
    assert body["application/json"]["schema"]["additionalProperties"] is False
    for described in (body["application/json"]["schema"], body["multipart/form-data"]["schema"]):
        assert {"codes", "coupons"} < set(described["properties"])
    assert "Idempotency-Key" in {parameter["name"] for parameter in submit["parameters"]}
    assert {"202", "400", "409", "422", "429"} <= set(submit["responses"])


async def test_every_code_that_is_described_exists(world: World) -> None:
    document = await _document(world)
    described = {
        code
        for path in document["paths"].values()
        for operation in path.values()
        for status, response in operation["responses"].items()
        if int(status) >= 400
        for code in re.findall(r"`([a-z-]+)`", response["description"])
    }
    assert described
    assert described <= set(catalogue()) | {code for code, _ in problems.FRAMEWORK.values()}


async def test_the_answers_have_examples(world: World) -> None:
    document = await _document(world)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            (success,) = [response for status, response in operation["responses"].items() if status.startswith("2")]
            if "204" not in operation["responses"]:
                (media,) = success["content"].values()
                assert media.get("examples"), f"{method} {path}"


async def test_every_body_has_an_example_that_its_address_would_read(world: World) -> None:
    bodies = {
        ("post", "/api/v1/auth/code"): AskCode,
        ("post", "/api/v1/auth/token"): SignIn,
        ("post", "/api/v1/auth/refresh"): RefreshTokens,
        ("post", "/api/v1/auth/logout"): RefreshTokens,
        ("patch", "/api/v1/me"): ChangeMember,
        ("put", "/api/v1/devices/{installation}"): PutDevice,
    }
    document = await _document(world)
    for (method, path), shape in bodies.items():
        content = document["paths"][path][method]["requestBody"]["content"]["application/json"]
        assert '"additionalProperties": false' in json.dumps(content["schema"])
        assert content["examples"]
        for example in content["examples"].values():
            assert msgspec.convert(example["value"], type=shape)


async def test_the_docs_page_loads_nothing_from_elsewhere(world: World) -> None:
    root = httpx.AsyncClient(transport=world.api, base_url="http://api.test")
    page = await root.get("/api/v1/docs")
    assert page.status_code == 200
    assert not re.findall(r"""(?:src|href)=["']https?://""", page.text)
    for asset in re.findall(r"""(?:src|href)=["'](/[^"']+)""", page.text):
        assert (await root.get(asset)).status_code == 200, asset
