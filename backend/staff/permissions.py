"""Who may do what: one table from roles to permissions. What is not listed is denied."""

from collections.abc import Mapping

PERMISSIONS = frozenset(
    {
        "audit.read",
        "campaign.manage",
        "campaign.read",
        "card.identify",
        "card.manage",
        "card.read",
        "card.serve",
        "catalogue.manage",
        "catalogue.read",
        "group.manage",
        "jobs.manage",
        "matching.manage",
        "matching.read",
        "member.read",
        "outlet.read",
        "points.adjust",
        "programme.manage",
        "programme.read",
        "receipt.read",
        "receipt.retry",
        "staff.manage",
        "staff.read",
    }
)
ROLES: Mapping[str, frozenset[str]] = {
    "owner": PERMISSIONS,
    "brand_manager": frozenset(
        {
            "campaign.manage",
            "campaign.read",
            "card.identify",
            "card.manage",
            "card.read",
            "card.serve",
            "catalogue.manage",
            "catalogue.read",
            "group.manage",
            "matching.manage",
            "matching.read",
            "member.read",
            "outlet.read",
            "points.adjust",
            "programme.manage",
            "programme.read",
            "receipt.read",
            "staff.read",
        }
    ),
    "support_agent": frozenset(
        {
            "card.identify",
            "card.read",
            "card.serve",
            "catalogue.read",
            "matching.read",
            "member.read",
            "outlet.read",
            "programme.read",
            "receipt.read",
            "receipt.retry",
        }
    ),
    "marketing": frozenset({"campaign.read", "catalogue.read", "outlet.read", "programme.read"}),
    "auditor": frozenset(
        {
            "audit.read",
            "campaign.read",
            "card.read",
            "catalogue.read",
            "matching.read",
            "outlet.read",
            "programme.read",
            "receipt.read",
            "staff.read",
        }
    ),
}
PARTNER_PERMISSIONS = frozenset(
    {
        "campaign.manage",
        "campaign.read",
        "member.read",
        "outlet.read",
        "programme.read",
        "receipt.read",
        "receipt.retry",
    }
)
"""The most that an account restricted to a partner may do: what can be narrowed to the partner's outlets and campaigns."""


def permissions(role: str, *, partner_scoped: bool) -> frozenset[str]:
    """What an account may do; a role that this table does not know may do nothing."""
    granted = ROLES.get(role, frozenset())
    return granted & PARTNER_PERMISSIONS if partner_scoped else granted
