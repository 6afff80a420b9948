"""The import contracts are complete: no module of the product stands outside the list of layers."""

import tomllib

from tests.architecture.test_sources import PACKAGES, ROOT


def layers() -> list[str]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (found,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [module.strip() for line in found for module in line.split("|")]


def test_every_module_of_the_core_and_every_package_has_its_layer() -> None:
    inside = {path.name.removesuffix(".py") for path in (ROOT / "backend").iterdir() if is_module(path.name)}
    packages = set(PACKAGES) - {"backend"}
    assert sorted(layers()) == sorted({f"backend.{name}" for name in inside} | packages)


def is_module(name: str) -> bool:
    path = ROOT / "backend" / name
    return (path / "__init__.py").is_file() or (path.suffix == ".py" and path.stem != "__init__")


def test_the_architecture_shows_the_layers_that_are_enforced() -> None:
    shown = (ROOT / "ARCHITECTURE.md").read_text()
    assert [module for module in layers() if module not in shown] == []
