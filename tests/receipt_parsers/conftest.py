"""Slips and journals made here, by code that shares nothing with the readers under test."""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

Builder = Callable[..., bytes]


def _u32(number: int) -> bytes:
    return bytes((number >> shift) & 255 for shift in (0, 8, 16, 24))


def build_payload(
    *,
    version: int = 3,
    requested_by: str = "ABCD1234",
    signed_by: str = "EFGH56O0",
    total_counter: int = 500,
    kind_counter: int = 480,
    amount: int = 8_291_200,
    time_ms: int = 1_672_498_317_202,
    invoice_type: int = 0,
    transaction_type: int = 0,
    buyer: bytes = b"",
    internal_size: int = 256,
) -> bytes:
    body = bytes([version]) + requested_by.encode() + signed_by.encode() + _u32(total_counter) + _u32(kind_counter)
    body += bytes((amount >> shift) & 255 for shift in range(0, 64, 8))
    body += bytes((time_ms >> shift) & 255 for shift in range(56, -8, -8))
    body += bytes([invoice_type, transaction_type, len(buyer)]) + buyer
    body += bytes((7 * index + 3) % 256 for index in range(internal_size + 256))
    return body + hashlib.md5(body, usedforsecurity=False).digest() if version == 3 else body


def link_of(payload: bytes, host: str = "suf.purs.gov.rs") -> str:
    return f"https://{host}/v/?vl={quote(base64.b64encode(payload).decode(), safe='')}"


def build_journal(
    items: str,
    total: str,
    *,
    kind: str = "ПРОМЕТ ПРОДАЈА",
    letters: str = "ПП",
    header: str = "",
    sums: str = "Готовина: {total}",
    total_label: str = "Укупан износ",
    identity: str = "ПРОДАВАЦ\n1234567-Радња\nУлица 1\nГрад-Општина",
    time: str = "01.02.2026. 10:20:30",
) -> str:
    payments = sums.format(total=total)
    return (
        f"============ ФИСКАЛНИ РАЧУН ============\n100000001\n{identity}\nКасир: Тајна Особа\n{header}"
        f"-------------{kind}-------------\nАртикли\n{'=' * 40}\nНазив   Цена         Кол.         Укупно\n"
        f"{items}\n{'-' * 40}\n{total_label}: {total}\n{payments}\n{'=' * 40}\n"
        f"Ознака       Име      Стопа        Порез\nЂ           О-ПДВ   20,00%          1,00\n{'-' * 40}\n"
        f"Укупан износ пореза: 1,00\n{'=' * 40}\nПФР време: {time}\nПФР број рачуна: ABCD1234-EFGH56O0-500\n"
        f"Бројач рачуна: 480/500{letters}\n{'=' * 40}\n======== КРАЈ ФИСКАЛНОГ РАЧУНА =========\n"
    )


@pytest.fixture(scope="session")
def payload_of() -> Builder:
    """Build a payload byte by byte."""
    return build_payload


@pytest.fixture(scope="session")
def slip() -> Callable[..., str]:
    """Write the link of a payload as the Serbian portal does."""
    return link_of


@pytest.fixture(scope="session")
def journal_of() -> Callable[..., str]:
    """Print a journal around item rows."""
    return build_journal


@pytest.fixture(scope="session")
def serbia(shared_samples: Path) -> Path:
    """Real Serbian receipts."""
    return shared_samples / "serbia"
