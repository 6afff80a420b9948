"""Spares a process that serves for long the collector's walks over what it holds from its start and never lets go."""

import gc

_YOUNG_MAX = 20_000
"""Objects that came and did not go before the collector looks for rings among them; Python's own 700 suits a script."""


def hold_what_stands() -> None:
    """Call it once when a process is ready to serve: modules, routes and models are looked at for the last time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_MAX, *gc.get_threshold()[1:])
