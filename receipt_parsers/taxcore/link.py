"""Recognises the link of a TaxCore code by host and form, and spells out the bytes that it carries.

    link  = base "/v" ["/"] "?" [other "&"] "vl=" vl ["&" other] ["#" anything]
    vl    = base64 of the payload, raw or percent-encoded

The host is compared whole, so `suf.purs.gov.rs.example.org` and `suf.purs.gov.rs@example.org` are strangers, and a link
to ask the authority with is always built anew from the decoded bytes.

Readers on the way damage the text without damaging its meaning: they encode it two or three times, turn plus signs into
blanks, drop the padding, use the URL-safe alphabet, wrap lines, put words around it, or have Caps Lock on, which turns
large letters small and small ones large. All these spell the same bytes here. A text whose letters all became capitals is lost.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote, unquote, urlsplit

TEXT_SIZE_MAX = 4096
"""The longest real text has about 1,200 characters; three encodings on top of each other stay far below this."""

_ENCODINGS_MAX = 5
_LINK = re.compile(r"(https?)://([^/?#@\\\s]+)(/[^?#]*)\?([^#]*)(?:#.*)?", re.IGNORECASE | re.DOTALL)
# A link among words begins where a word may begin: `https://elsewhere/?https://suf.purs.gov.rs/v/` leads elsewhere.
_AMONG_WORDS = re.compile(r"""(?:(?<=^)|(?<=[\s:(<\["'„“«»]))https?://[^\s<>"'„“”«»]+""", re.IGNORECASE)
_LINKS_MAX = 4
"""A text is read on the way to an answer: one that is all links shall not take longer than others."""
_CLOSING = ".,;:!?)]"
_ONE_CASE_LETTERS_MIN = 64
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200b\ufeff]")
_URL_SAFE = str.maketrans("-_ ", "+/+")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True, slots=True)
class Base:
    """Where a TaxCore system answers: scheme, host with its port unless that is the default, and a path prefix."""

    scheme: str
    host: str
    prefix: str = ""

    @classmethod
    def of(cls, url: str) -> "Base":
        """Read a base address from configuration. ValueError when it is not a plain http or https address."""
        parts = urlsplit(url.strip())
        scheme = parts.scheme.lower()
        if scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError("the base address of an authority is http(s)://host[:port][/path]")
        return cls(scheme, parts.netloc.lower().removesuffix(_DEFAULT_PORTS[scheme]), parts.path.rstrip("/"))

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}{self.prefix}"

    def link(self, payload: bytes) -> str:
        """Build the link of this payload."""
        return f"{self}/v/?vl={quote(base64.b64encode(payload), safe='')}"

    def vl_of(self, text: str) -> str | None:
        """Give the raw `vl` of a link to this system, or None when the text is not one."""
        if len(text) > TEXT_SIZE_MAX:
            return None
        match = _LINK.fullmatch(_INVISIBLE.sub("", text).strip())
        if match is None:
            return None
        scheme, host, path, query = match.groups()
        scheme, host = scheme.lower(), host.lower().removesuffix(_DEFAULT_PORTS[scheme.lower()])
        if (scheme, host) != (self.scheme, self.host) or path.removesuffix("/").lower() != f"{self.prefix}/v".lower():
            return None
        return next((part[3:] for part in query.split("&") if part.lower().startswith("vl=")), None)


def writings(text: str) -> Iterator[str]:
    """Give the texts that may be the link which was sent: all of it, then each link that stands among words."""
    yield text
    if len(text) <= TEXT_SIZE_MAX:
        for match in islice(_AMONG_WORDS.finditer(text), _LINKS_MAX):
            if match[0] != text:
                yield match[0].rstrip(_CLOSING)


def lost_its_case(vl: str) -> bool:
    """Whether all letters are large, or all small, as no payload's are: nobody can tell what they were."""
    letters = "".join(filter(str.isalpha, vl))
    return len(letters) >= _ONE_CASE_LETTERS_MIN and (letters.isupper() or letters.islower())


def payloads(vl: str) -> Iterator[bytes]:
    """Give the bytes that `vl` spells.

    They are one, unless a plus sign at its end may have been lost as a blank, or Caps Lock may have been on: then the
    other readings have it back.
    """
    text = _decoded(vl).translate(_URL_SAFE).rstrip("=")
    for spelled in (text, text + "+", text.swapcase(), text.swapcase() + "+"):
        yield from _base64(spelled)


def repaired_payloads(vl: str) -> Iterator[bytes]:
    """Give the bytes that `vl` may spell when "+" and "=" are not told apart, as after a keyboard repair."""
    text = _decoded(vl).translate(_URL_SAFE).replace("=", "+")
    yield from _base64(text)
    for padding in ("+", "++"):
        if text.endswith(padding):
            yield from _base64(text.removesuffix(padding))


def _decoded(vl: str) -> str:
    """Undo percent-encoding until nothing changes. A plus is a plus: this is no form."""
    for _ in range(_ENCODINGS_MAX):
        decoded = unquote(vl)
        if decoded == vl:
            break
        vl = decoded
    return vl


def _base64(text: str) -> Iterator[bytes]:
    try:
        yield base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return
