"""The catalogue: find, show, add, change and withdraw products, and arrange their groups."""

from typing import Annotated, Literal
from uuid import UUID

from litestar import get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.catalogue import queries, service
from backend.catalogue.groups import GroupFacts
from backend.catalogue.wishes import wish_of
from backend.kit.clock import utc_now
from backend.programmes.queries import programme
from backend.staff.login import Staff
from backend.staff_api.catalogue_shapes import Groups, GroupView, NewProduct, ProductChange, ProductPage, ProductView
from backend.staff_api.catalogue_views import given_of, group_view, product_view
from backend.staff_api.common import Before, Limit, problems
from backend.staff_api.context import StaffContext
from backend.staff_api.guard import needs

TAG = "Catalogue"
Search = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=100,
        pattern=r"\A[^\x00]+\Z",
        description="Words of any name, in part; or a whole SKU, catalogue number or barcode.",
    ),
]
State = Annotated[Literal["active", "withdrawn"] | None, QueryParameter(name="state")]


@get(
    "/catalogue/products",
    opt=needs("catalogue.read"),
    operation_id="findProducts",
    tags=[TAG],
    summary="Find products",
    responses=problems(),
)
async def find_products(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    search: Search = None,
    product_state: State = None,
    before: Before = None,
    limit: Limit = 20,
) -> ProductPage:
    """Products, the newest first."""
    is_withdrawn = None if product_state is None else product_state == "withdrawn"
    async with context.database.transaction(staff.tenant_id) as session:
        rows = await queries.products_like(
            session, staff.tenant_id, search, is_withdrawn=is_withdrawn, before=before, limit=limit
        )
    return ProductPage([product_view(row) for row in rows], str(rows[-1].id) if len(rows) == limit else None)


@get(
    "/catalogue/products/{product_id:uuid}",
    opt=needs("catalogue.read"),
    operation_id="getProduct",
    tags=[TAG],
    summary="Show a product",
    responses=problems("product-not-found"),
)
async def get_product(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], product_id: FromPath[UUID]
) -> ProductView:
    """One product."""
    async with context.database.transaction(staff.tenant_id) as session:
        return product_view(await queries.product_standing(session, staff.tenant_id, product_id))


@post(
    "/catalogue/products",
    opt=needs("catalogue.manage"),
    operation_id="addProduct",
    tags=[TAG],
    summary="Add a product",
    responses=problems("product-refused", "product-exists"),
)
async def add_product(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], data: JSONBody[NewProduct]
) -> ProductView:
    """Add a product; groups that are not there yet are made."""
    async with context.database.transaction(staff.tenant_id) as session:
        currency = (await programme(session, staff.tenant_id)).currency
        wish = wish_of(given_of(data), currency=currency)
        return product_view(await service.create(session, staff.actor, wish, now=utc_now()))


@patch(
    "/catalogue/products/{product_id:uuid}",
    opt=needs("catalogue.manage"),
    operation_id="changeProduct",
    tags=[TAG],
    summary="Change a product",
    responses=problems("product-not-found", "product-refused"),
)
async def change_product(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    product_id: FromPath[UUID],
    data: JSONBody[ProductChange],
) -> ProductView:
    """Change the facts that are named; the code stays."""
    async with context.database.transaction(staff.tenant_id) as session:
        before = await queries.product_standing(session, staff.tenant_id, product_id)
        currency = (await programme(session, staff.tenant_id)).currency
        wish = wish_of({"sku": before.facts.sku, **given_of(data)}, currency=currency)
        return product_view(await service.change(session, staff.actor, product_id, wish.facts, now=utc_now()))


@post(
    "/catalogue/products/{product_id:uuid}/withdraw",
    opt=needs("catalogue.manage"),
    status_code=200,
    operation_id="withdrawProduct",
    tags=[TAG],
    summary="Withdraw a product",
    responses=problems("product-not-found"),
)
async def withdraw_product(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], product_id: FromPath[UUID]
) -> ProductView:
    """Offer a product no longer; receipts still find it."""
    async with context.database.transaction(staff.tenant_id) as session:
        return product_view(await service.withdraw(session, staff.actor, product_id, now=utc_now()))


@get(
    "/catalogue/groups",
    opt=needs("catalogue.read"),
    operation_id="listGroups",
    tags=[TAG],
    summary="List groups",
    responses=problems(),
)
async def list_groups(staff: NamedDependency[Staff], context: NamedDependency[StaffContext]) -> list[GroupView]:
    """Every group with the one above it."""
    async with context.database.transaction(staff.tenant_id) as session:
        return [group_view(group) for group in await queries.groups(session, staff.tenant_id)]


@put(
    "/catalogue/groups",
    opt=needs("catalogue.manage"),
    operation_id="arrangeGroups",
    tags=[TAG],
    summary="Arrange the groups",
    responses=problems("group-tree-refused"),
)
async def arrange_groups(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], data: JSONBody[Groups]
) -> list[GroupView]:
    """Make these the groups, all of them; one that products are in cannot be left out."""
    wanted = [GroupFacts(each.code, each.name, each.parent) for each in data]
    async with context.database.transaction(staff.tenant_id) as session:
        arranged = await service.arrange_groups(session, staff.actor, wanted, now=utc_now())
    return [group_view(group) for group in arranged]
