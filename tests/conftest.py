"""Fixtures that every test may ask for."""

import os
from pathlib import Path

import pytest

pytest_plugins = [
    "tests.fixtures.database",
    "tests.fixtures.world",
    "tests.fixtures.sign_in",
    "tests.fixtures.served",
    "tests.fixtures.passes",
]

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_samples() -> Path:
    """Real receipts, kept beside the project and no part of it; CI must have them."""
    folder = ROOT.parent / "shared" / "samples"
    if folder.is_dir():
        return folder
    if os.environ.get("CI") == "true":
        pytest.fail("the folder ../shared/samples is absent, and CI must not pass without the real receipts")
    pytest.skip("the real receipts of ../shared/samples are not on this machine")
