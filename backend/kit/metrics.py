"""What this process counts for operators, in Prometheus' form; no label's values grow with members or receipts."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Histogram(
    "paragon_request_seconds",
    "Time until a request was answered; of event streams, until they began.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
JOBS = Counter("paragon_jobs", "Runs of jobs by what became of them.", ["kind", "outcome"])
PORTAL = Counter("paragon_portal_requests", "Conversations with tax authorities.", ["authority", "outcome"])
HELD = Counter("paragon_receipts_held", "Receipts that were set aside because a campaign broke.")
RERATED = Counter(
    "paragon_receipts_rerated", "Settled receipts that were looked at again, by what came of it.", ["outcome"]
)
QUEUE = Gauge("paragon_queue_jobs", "Jobs in the table.", ["kind", "state"])
WAITING = Gauge("paragon_queue_waiting_seconds", "For how long the oldest job that is due has been waiting.", ["kind"])
STREAMS = Gauge("paragon_event_streams", "Event streams that are open.")
POOL_USED = Gauge("paragon_pool_connections_used", "Database connections in use.")
POOL_MAX = Gauge("paragon_pool_connections_max", "Database connections that this process may have.")
