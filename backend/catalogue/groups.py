"""The tree of product groups, without a database: what may stand in it, and which groups are above one.

A promotion that names a group means the products of every group below it, so a product's groups are always taken with
those above them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from backend.catalogue.errors import GroupTreeRefused

DEPTH_MAX = 16
GROUPS_MAX = 5000


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """A group by the code that promotions name, and the code of the group right above it."""

    code: str
    name: str
    parent: str | None = None


def parents_first(groups: Iterable[GroupFacts]) -> list[GroupFacts]:
    """The groups in an order in which each comes after the one above it.

    Raises GroupTreeRefused: doubled, parent-unknown, cycle, too-deep or too-many.
    """
    wanted = list(groups)
    if len(wanted) > GROUPS_MAX:
        raise GroupTreeRefused(group=wanted[GROUPS_MAX].code, reason="too-many")
    by_code: dict[str, GroupFacts] = {}
    for group in wanted:
        if group.code in by_code:
            raise GroupTreeRefused(group=group.code, reason="doubled")
        by_code[group.code] = group
    parents = {group.code: group.parent for group in wanted}
    depths = {group.code: _depth(group, parents) for group in wanted}
    return sorted(wanted, key=lambda group: (depths[group.code], group.code))


def with_ancestors(codes: Iterable[str], parents: Mapping[str, str | None]) -> frozenset[str]:
    """The groups and all above them; a code that the tree does not know stands alone."""
    found: set[str] = set()
    for code in codes:
        for each in (code, *_above(code, parents)):
            found.add(each)
    return frozenset(found)


def _depth(group: GroupFacts, parents: Mapping[str, str | None]) -> int:
    depth = 0
    for above in _above(group.code, parents):
        depth += 1
        if above == group.code:
            raise GroupTreeRefused(group=group.code, reason="cycle")
        if above not in parents:
            raise GroupTreeRefused(group=group.code, reason="parent-unknown")
        if depth >= DEPTH_MAX:
            raise GroupTreeRefused(group=group.code, reason="too-deep")
    return depth


def _above(code: str, parents: Mapping[str, str | None]) -> Iterator[str]:
    above = parents.get(code)
    while above is not None:
        yield above
        above = parents.get(above)
