"""A catalogue of 50 000 products comes in within bounds of memory, and again without a change."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.test_sources import ROOT
from tests.fixtures.world import World

ROWS = 50_000
MEMORY_MB_MAX = 350

_MEASURED = "import sys; from backend.cli import main; sys.argv[0] = 'paragon'; main()"


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_50_000_rows_are_imported_in_bounded_memory(
    world: World, environment: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "big.csv"
    lines = (f"A{no:06};Proizvod {no};PROIZ {no}|PR {no};g{no % 200};{100 + no % 900},99" for no in range(ROWS))
    file.write_text("\n".join(["sku;name;till_names;groups;price", *lines]))
    command = [
        sys.executable,
        "-c",
        _MEASURED,
        "catalogue",
        "import",
        str(file),
        "--tenant",
        world.tenant_id.hex,
        "--json",
    ]
    found = []
    for more in (["--dry-run"], [], []):
        done = subprocess.run(  # noqa: ASYNC221 (nothing else runs meanwhile)
            [*command, *more], cwd=ROOT, env={**os.environ, **environment}, check=True, capture_output=True, text=True
        )
        found.append(json.loads(done.stdout))
    counts = [(each["added"], each["unchanged"], each["refused"]) for each in found]
    assert counts == [(ROWS, 0, 0), (ROWS, 0, 0), (0, ROWS, 0)]
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MEMORY_MB_MAX * 1024
