"""Sends what a process logs to standard error, one line each, without the codes of receipts.

Called once by the process itself: a library or a composed application never configures logging for others.
"""

import logging

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def log_to_standard_error() -> None:
    """Log from INFO on."""
    logging.basicConfig(level=logging.INFO, format=_FORMAT)
    # It would write every address that is asked, and a receipt's code, with its buyer, is part of the address.
    logging.getLogger("httpx").setLevel(logging.WARNING)
