"""The shared golden cases, kept beside the project and no part of it; none where they are not."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

Case = dict[str, Any]

FILE = Path(__file__).parents[4] / "shared" / "cases" / "promotions.json"
CASES: list[Case] = json.loads(FILE.read_text("utf-8"), parse_float=Decimal) if FILE.is_file() else []
