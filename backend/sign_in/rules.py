"""What an operator may set about signing in, as one value that is passed on."""

from dataclasses import dataclass
from datetime import timedelta

from backend.kit.limits import Limit


@dataclass(frozen=True, slots=True)
class SignInRules:
    """The limits on codes and tries, and how long things are valid.

    `tries_number` locks the number itself, whatever codes are sent to it. With `show_codes` a code stays sealed in the
    database until it is used or over, so that the message console can show it.
    """

    code_valid: timedelta
    code_tries_max: int
    codes_number: Limit
    codes_client: Limit
    codes_prefix: Limit
    codes_total: Limit
    tries_number: Limit
    tries_client: Limit
    access_valid: timedelta
    refresh_valid: timedelta
    refresh_grace: timedelta
    show_codes: bool
