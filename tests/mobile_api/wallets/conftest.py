"""The installation of these tests offers both wallets."""

from typing import Any

import pytest


@pytest.fixture
def more_settings(wallet_settings: dict[str, Any]) -> dict[str, Any]:
    return wallet_settings
