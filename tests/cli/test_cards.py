"""`paragon card`: from a prefix to the files of a print run."""

import csv
import io
from pathlib import Path

import pytest

from backend.cards.models import Card
from tests.cli.conftest import Paragon
from tests.fixtures.cards import HOME, issued, issuer
from tests.fixtures.world import KEY, World


def read(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig")), delimiter=";"))


def test_mt_17_mt_19_a_prefix_and_a_batch_of_cards_with_their_file(
    installed: Paragon, world: World, tmp_path: Path
) -> None:
    tenant = ("--tenant", world.tenant_id.hex)
    assert installed("card", "batch", "5", *tenant, "--json").value["code"] == "card-issuer-not-found"
    assert installed("card", "register", "19", *tenant, "--json").value["code"] == "card-prefix-malformed"
    assert installed("card", "register", "1900", *tenant, "--json").value["prefix"] == "1900"
    taken = installed("card", "register", "19005", *tenant)
    assert (taken.status, "card-prefix-taken" in taken.err) == (1, True)
    file = tmp_path / "cards.csv"
    made = installed("card", "batch", "500", *tenant, "-o", file, "--json")
    assert (made.status, made.value["cards"], made.value["prefix"]) == (0, 500, "1900")
    rows = read(file)
    assert (len(rows), len({row[0] for row in rows[1:]})) == (501, 500)
    shown = installed("card", "show", rows[1][0], *tenant, "--json").value
    assert (shown["number"], shown["state"]) == (rows[1][0], "unassigned")
    blocked = installed("card", "block", rows[1][3], *tenant, "--reason", "lost", "--json").value
    assert (blocked["state"], blocked["blocked_for"]) == ("blocked", "lost")
    assert installed("card", "show", "1900", *tenant, "--json").value["code"] == "card-unknown"
    prize = installed("card", "batch", "2", *tenant, "--points", "12.5", "--json")
    assert (prize.status, prize.value["code"]) == (1, "card-points-malformed")


@pytest.fixture
async def card(world: World) -> Card:
    """A card that waits for the printer."""
    await issuer(world)
    return await issued(world, world.mira.id, name="Mira Mirić", post=HOME)


def test_mt_22_mt_23_a_run_and_its_three_files(
    installed: Paragon, world: World, card: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAGON_SECRET_KEY", KEY)
    tenant = ("--tenant", world.tenant_id.hex)
    assert installed("card", "runs", *tenant, "--json").value == {"waiting": 1, "runs": []}
    run = installed("card", "run", *tenant, "--json").value
    assert (run["cards"], run["cause"]) == (1, "staff")
    empty = installed("card", "run", *tenant, "--json")
    assert (empty.status, empty.value["code"]) == (1, "card-run-empty")
    assert "Waiting: 0" in installed("card", "runs", *tenant).out
    files = {kind: tmp_path / f"{kind}.out" for kind in ("cards", "addresses", "letters")}
    for kind, path in files.items():
        written = installed("card", "files", run["run"], *tenant, "-o", path, "--kind", kind, "--json")
        assert written.value == {"cards": 1, "file": str(path)}
    assert read(files["cards"])[1][1:] == ["MIRA MIRIĆ", f";{card.number}=?", card.number]
    assert read(files["addresses"])[1][2:5] == ["Balkanska 12", "11000", "Beograd"]
    assert files["letters"].read_bytes().startswith(b"%PDF-")
    unknown = installed("card", "files", str(world.mira.id), *tenant, "-o", files["cards"], "--json")
    assert unknown.value["code"] == "card-run-not-found"
    assert installed("card", "files", "none", *tenant, "-o", files["cards"]).status == 2
