"""The benchmarks by name; each is one module here with a function `run`, imported only when its benchmark runs.

A new benchmark is a file and a line. `run` measures at the size it is told, says now and then what it is doing, and
ends within ten minutes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType

from tests.benchmarks.report import Report, Say, Size


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What it measures, in one sentence, and its module in this folder."""

    says: str
    module: str

    def run(self, size: Size, say: Say) -> Report:
        """Measure."""
        run: Callable[[Size, Say], Report] = import_module(f"tests.benchmarks.{self.module}").run
        return run(size, say)


BENCHMARKS: Mapping[str, Benchmark] = MappingProxyType(
    {
        "qr": Benchmark("Reads QR codes from pictures, clean and mildly spoilt, beside zbar and OpenCV.", "qr"),
        "read": Benchmark(
            "Reads codes and stored answers of an authority, beside the least that must be done.", "read"
        ),
        "jobs": Benchmark("Enqueues and runs jobs, beside procrastinate on the same server.", "jobs"),
        "matching": Benchmark(
            "Finds the products of printed lines among 50,000, beside rapidfuzz at its best threshold.", "matching"
        ),
        "promotions": Benchmark(
            "Decides about a basket while 10 to 10,000 promotions run, beside zen-engine and json-rules-engine.",
            "promotions",
        ),
        "ledger": Benchmark(
            "Posts points and asks for balances beside pgbench calling the same function, and verifies the books.",
            "ledger",
        ),
        "scan": Benchmark("Takes receipts from scan to settled over HTTP, at a fixed rate.", "scan"),
    }
)
