"""What the playground's shops sell: invented goods, among them the ten products of a dairy brand.

`MLEKARA_LIPA` is public so that a demo tenant's catalogue is seeded from the facts that the slips show. Prices include
tax. Product numbers carry a valid check digit.
"""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["kom", "kg", "l"]
TaxLabel = Literal["Ђ", "Е", "А", "Г"]


@dataclass(frozen=True, slots=True)
class Good:
    """One thing on a shelf: `name` as slips print it, without the unit; `price_minor` for one unit."""

    name: str
    price_minor: int
    tax_label: TaxLabel
    gtin: str | None = None
    unit: Unit = "kom"

    @property
    def is_measured(self) -> bool:
        """Whether it is sold by weight or volume, so that its quantity has three decimals."""
        return self.unit != "kom"


MLEKARA_LIPA: tuple[Good, ...] = (
    Good("Lipa mleko 2,8% mm 1L", 139_99, "Е", "9520101000019"),
    Good("Lipa mleko bez laktoze 1L", 179_99, "Е", "9520101000026"),
    Good("Lipa jogurt 2,8% mm 1kg", 159_99, "Е", "9520101000033"),
    Good("Lipa jogurt 180g", 34_99, "Е", "9520101000040"),
    Good("Lipa kisela pavlaka 20% mm 400g", 169_99, "Е", "9520101000057"),
    Good("Lipa kiselo mleko 400g", 99_99, "Е", "9520101000064"),
    Good("Lipa čokoladno mleko 500ml", 119_99, "Ђ", "9520101000071"),
    Good("Lipa puter 82% mm 250g", 389_99, "Ђ", "9520101000088"),
    Good("Lipa polutvrdi sir u kriškama 45% mm pakovan u modifikovanoj atmosferi 500g", 749_99, "Ђ", "9520101000095"),
    Good("Lipa voćni jogurt šumsko voće 330g", 89_99, "Ђ", "9520101000101"),
)
"""The ten products of the invented brand "Mlekara Lipa"."""

GROCERIES: tuple[Good, ...] = (
    Good("Hleb beli 500g", 65_00, "Е", "9520202000017"),
    Good("Jaja M 10/1", 219_99, "Е", "9520202000024"),
    Good("Šećer kristal 1kg", 109_99, "Е", "9520202000031"),
    Good("Brašno T-500 1kg", 74_99, "Е", "9520202000048"),
    Good("Suncokretovo ulje 1L", 199_99, "Е", "9520202000055"),
    Good("Kafa mlevena 200g", 329_99, "Ђ", "9520202000062"),
    Good("Čokolada sa lešnikom 90g", 149_99, "Ђ", "9520202000079"),
    Good("Gazirana voda 1,5L", 64_99, "Ђ", "9520202000086"),
    Good('Štapići "Klas" & susam 45g', 39_99, "Ђ", "9520202000093"),
    Good("Toalet papir troslojni sa mirisom kamilice 10/1 ekonomično pakovanje", 429_99, "Ђ", "9520202000109"),
    Good("Deterdžent za sudove limun 900ml", 189_99, "Ђ", "9520202000116"),
    Good("Banane, rinfuz", 189_99, "Е", unit="kg"),
    Good("Jabuka zlatni delišes", 119_99, "Е", unit="kg"),
    Good("Paradajz grappolo", 259_99, "Е", unit="kg"),
    Good("Pileći batak bez kosti svež u mrežici", 549_99, "Е", unit="kg"),
    Good("Mleko sa mlekomata", 110_00, "Е", unit="l"),
    Good("Povratna ambalaža 0,5L", 10_00, "Г"),
    Good("Kesa treger 7kg", 12_99, "Ђ", "9520202000130"),
)
"""Everyday goods of other makers: pieces, goods by weight, a bottle's deposit and a bag."""

ESPRESSO_MACHINE = Good("Espreso aparat 15 bar", 24_999_00, "Ђ", "9520202000123")
"""Too dear for everyday baskets; large totals are made of it."""

SHELVES: tuple[Good, ...] = (*MLEKARA_LIPA, *GROCERIES, ESPRESSO_MACHINE)


def find_good(*, gtin: str | None, name: str | None) -> Good | None:
    """The good with this product number or, without one, with this name on the slip."""
    if gtin is not None:
        return next((good for good in SHELVES if good.gtin == gtin), None)
    return next((good for good in SHELVES if good.name == name), None)
