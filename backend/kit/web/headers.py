"""Headers that every answer carries, so that a browser does with it what we meant and nothing more."""

Headers = list[tuple[bytes, bytes]]

_DOCS_PLACE = "/docs"
_ASSETS = f"/api/v1{_DOCS_PLACE}/assets"
_ALWAYS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"server", b"paragon"),
]
_HSTS = (b"strict-transport-security", b"max-age=31536000")
_NO_STORE = (b"cache-control", b"no-store")
_NOTHING = b"default-src 'none'; frame-ancestors 'none'"
_PAGE = (
    b"default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
    b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# A description's page sets itself up in a script of its own, and shows nothing that a user wrote.
_DOCS_PAGE = _PAGE.replace(b"script-src 'self'", b"script-src 'self' 'unsafe-inline'")


def security_headers(path: str, present: dict[bytes, bytes], *, secure: bool) -> Headers:
    """What to add to an answer; its own headers of the same name are to be kept."""
    headers = list(_ALWAYS)
    if secure:
        headers.append(_HSTS)
    if path.startswith("/api/") and not path.startswith(_ASSETS):
        headers.append(_NO_STORE)
    is_page = present.get(b"content-type", b"").startswith(b"text/html")
    if not is_page:
        policy = _NOTHING
    elif path.startswith("/api/") and _DOCS_PLACE in path:
        policy = _DOCS_PAGE
    else:
        policy = _PAGE
    headers.append((b"content-security-policy", policy))
    return headers
