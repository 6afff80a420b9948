"""Which product a receipt line is: the pure matcher, its index, and what people decide where it does not."""

from backend.catalogue.matching.index import fold, padded

__all__ = ["fold", "padded"]
