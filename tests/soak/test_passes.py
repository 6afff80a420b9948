"""A library of others makes passes with the same certificates, and the same checker finds them as good, and as bad when changed."""

import shutil
import subprocess
from pathlib import Path

import pytest

from backend.passes.pictures import pictures
from tests.fixtures.passes import CARD, OwnCa, files_of, flaws_of, pass_of

PEERS = Path(__file__).parent / "peers"


@pytest.fixture(scope="module")
def passkit_generator() -> None:
    """The library as npm has it, by the lock file."""
    if shutil.which("npm") is None:
        pytest.skip("Node.js and npm are not on this machine (Debian: nodejs, npm)")
    if not (PEERS / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--silent"], cwd=PEERS, check=True, capture_output=True, timeout=120)


@pytest.mark.soak
@pytest.mark.usefixtures("passkit_generator")
def test_inf_02_a_pass_of_others_is_judged_by_the_same_checker(own_ca: OwnCa, tmp_path: Path) -> None:
    for name in ("wwdr.pem", "pass.pem", "pass.key"):
        shutil.copy(own_ca.folder / name, tmp_path)
    (tmp_path / "icon.png").write_bytes(pictures(CARD.brand)["icon.png"])
    subprocess.run(["node", "pkpass.js", str(tmp_path), str(tmp_path / "theirs.pkpass")], cwd=PEERS, check=True)
    packed = (tmp_path / "theirs.pkpass").read_bytes()
    files = files_of(packed)
    assert flaws_of(files, own_ca.root_pem, tmp_path) == []
    (barcode,) = pass_of(packed)["barcodes"]
    assert barcode["message"] == CARD.number
    changed = files | {"pass.json": files["pass.json"] + b" "}
    assert flaws_of(changed, own_ca.root_pem, tmp_path) == ["hash of pass.json"]
    changed = files | {"manifest.json": files["manifest.json"] + b" "}
    assert flaws_of(changed, own_ca.root_pem, tmp_path) == ["signature is not good"]
