"""`paragon bench`."""


def bench() -> None:
    """X."""
