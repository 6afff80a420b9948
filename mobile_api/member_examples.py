"""What the OpenAPI description shows of signing in and of members: one member's first day.

Answers are values of the very shapes that are sent, and bodies are read by the very shapes that take them, in a test.
"""

from mobile_api.member_shapes import CodeSentView, MemberView, TokensView

_SIGNED = "AZqw8m08fFCfbg1aHB96EQGasPJtPXxQn24NWhwfehE"
ASK_CODE = {"tenant": "mlekara-lipa", "to": "+381601234567", "language": "sr-Latn"}
SIGN_IN = {
    "tenant": "mlekara-lipa",
    "to": "+381601234567",
    "code": "407215",
    "terms_version": "2026-11",
    "name": "Mira",
}
REFRESH = {"refresh": f"pgr1_{_SIGNED}..."}
LANGUAGE = {"language": "hr"}
NO_NAME = {"name": None}
TOKEN = {"kind": "token", "value": "dQw4w9WgXcQ:APA91bHun4MxP5egoKMwt2KZFBaFUH"}
FID = {"kind": "fid", "value": "cVw8kq0WTpKp2dN5xQe1aB"}
WEB_PUSH = {
    "kind": "webpush",
    "value": {
        "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABn",
        "keys": {
            "p256dh": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
            "auth": "tBHItJI5svbpez7KI4CCXg",
        },
    },
}

CODE_SENT = CodeSentView(digits=6, expires_in=600)
TOKENS = TokensView(access=f"pgn1_{_SIGNED}...", refresh=f"pgr1_{_SIGNED}...", expires_in=900)
MEMBER = MemberView(
    id="019ab0f2-6d3c-7c50-9f6e-0d5a1c1f7a11",
    name="Mira",
    language="sr-Latn",
    phone="+381601234567",
    email=None,
    joined_at="2026-11-22T20:05:07.000Z",
)
