"""From replays to the shapes of the staff API."""

from backend.accrual.replay_models import Replay
from backend.kit.clock import rfc3339
from backend.staff_api.replay_shapes import ProgressView, ReplayRow, ReplayView


def replay_row(row: Replay, campaign: str) -> ReplayRow:
    """A replay and how far it is."""
    return ReplayRow(
        id=str(row.id),
        campaign=campaign,
        revision=row.revision,
        from_=row.from_on.isoformat(),
        to=row.to_on.isoformat(),
        state=row.state,
        failure=row.failure,
        progress=_progress(row),
        created_at=rfc3339(row.created_at),
        created_by=str(row.account_id) if row.account_id else None,
        ended_at=rfc3339(row.ended_at) if row.ended_at else None,
    )


def replay_view(row: Replay, campaign: str) -> ReplayView:
    """A replay and what it found."""
    return ReplayView(replay_row(row, campaign), row.result)


def _progress(row: Replay) -> ProgressView:
    """Rate and remaining time as the portions so far took them; receipts may be settled behind the count."""
    done, busy_ms = row.receipts_done, row.busy_ms
    total = None if row.receipts_total is None else max(row.receipts_total, done)
    if not done or not busy_ms or total is None:
        return ProgressView(done, total, None, None)
    left = total - done if row.ended_at is None else 0
    return ProgressView(done, total, done * 1000 // busy_ms, -(-left * busy_ms // (done * 1000)))
