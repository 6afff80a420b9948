"""Templates of campaigns: what may be filled in, and a draft made of it."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.campaigns.overview import one
from backend.campaigns.service import Header
from backend.campaigns.templates.building import template_called
from backend.campaigns.templates.describing import described
from backend.campaigns.templates.drafting import draft_from
from backend.campaigns.templates.registry import TEMPLATES
from backend.kit.clock import utc_now
from backend.kit.i18n import translate
from backend.programmes.queries import programme_called
from backend.staff.login import Staff
from backend.staff_api.campaign_shapes import CampaignView, TemplateTaken, TemplateView
from backend.staff_api.campaign_views import campaign_view
from backend.staff_api.common import AnyRequest, language_of, problems
from backend.staff_api.context import StaffContext
from backend.staff_api.guard import needs

TAG = "Campaigns"


@get(
    "/campaign-templates",
    opt=needs("campaign.read"),
    operation_id="listCampaignTemplates",
    tags=[TAG],
    summary="List templates",
    responses=problems(),
    sync_to_thread=False,
)
def list_templates(request: AnyRequest) -> list[TemplateView]:
    """Every template with what may be filled in, in the caller's language."""
    return [TemplateView(**described(template, language_of(request))) for template in TEMPLATES.values()]


@post(
    "/campaign-templates/{code:str}",
    opt=needs("campaign.manage"),
    operation_id="draftFromTemplate",
    tags=[TAG],
    summary="Draft a campaign from a template",
    responses=problems("malformed-document", "template-not-found", "programme-not-found", "campaign-exists"),
)
async def draft_from_template(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    code: FromPath[str],
    data: JSONBody[TemplateTaken],
    request: AnyRequest,
) -> CampaignView:
    """Make a campaign that gives nothing until it is started; days, shops and limits are added by changing it."""
    template = template_called(code)
    name = data.name or translate(template.title, language_of(request))
    async with context.database.transaction(staff.tenant_id) as session:
        now = utc_now()
        programme = await programme_called(session, staff.tenant_id, data.programme)
        header = Header(data.code, name, programme.id, data.group, staff.partner_id)
        found = await draft_from(session, staff.actor, header, template, data.parameters, now=now)
        return campaign_view(*await one(session, staff.tenant_id, found.campaign.id, now=now))
