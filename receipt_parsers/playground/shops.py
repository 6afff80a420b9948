"""The playground's shops: invented sellers whose slips differ in every way that real ones do.

Script, units, wrapped names, tax status, who signs, how the code is spelled and how many documents were issued before
are facts of a shop, so that a test can ask for the form it needs by asking for the shop.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Shop:
    """One business premises with one till, keyed by `premises_id`.

    `documents` is the order of magnitude of the counter: from 100,000 on, the document's number no longer fits its
    line on the slip. `signs_centrally`: the authority's server signs, not the till's own card. `pads_buyer`: the
    buyer's id stands in the code padded with NUL to 20 bytes. `percent_encodes`: the code's base64 is URL-escaped.
    """

    tax_id: str
    name: str
    premises_id: str
    premises_name: str
    address: str
    city: str
    municipality: str
    cashier: str
    esir: str
    documents: int
    unit_style: Literal["slash", "brackets", "none"] = "slash"
    is_cyrillic: bool = False
    pays_no_vat: bool = False
    gives_gtins: bool = True
    signs_centrally: bool = False
    pads_buyer: bool = False
    percent_encodes: bool = True

    @property
    def location(self) -> str:
        """The premises as the authority names them: number, dash, name."""
        return f"{self.premises_id}-{self.premises_name}"


PERUN_ZVEZDARA = Shop(
    tax_id="999999018",
    name="PERUN MARKETI DOO",
    premises_id="9100001",
    premises_name="Perun market 12",
    address="БУЛЕВАР КРАЉА АЛЕКСАНДРА 580",
    city="БЕОГРАД (ЗВЕЗДАРА)",
    municipality="Београд-Звездара",
    cashier="1011902",
    esir="9901/2.0.0.2",
    documents=238_000,
)
PERUN_MEDIJANA = Shop(
    tax_id="999999018",
    name="PERUN MARKETI DOO",
    premises_id="9100002",
    premises_name="Perun market 34",
    address="ВИЗАНТИЈСКИ БУЛЕВАР 201",
    city="НИШ (МЕДИЈАНА)",
    municipality="Ниш-Медијана",
    cashier="1013455",
    esir="9901/2.0.0.2",
    documents=16_000,
)
ZADRUGA_JABUKA = Shop(
    tax_id="999999026",
    name="ЗЕМЉОРАДНИЧКА ЗАДРУГА ЈАБУКА",
    premises_id="9200001",
    premises_name="Продавница Јабука 3",
    address="ОБИЛИЋЕВ ВЕНАЦ 44",
    city="НИШ (МЕДИЈАНА)",
    municipality="Ниш-Медијана",
    cashier="ОПЕРАТОР 3",
    esir="9902/5.0",
    documents=42_000,
    is_cyrillic=True,
)
KOSAVA_DISKONT = Shop(
    tax_id="999999034",
    name="DRUŠTVO ZA PROIZVODNJU I PROMET KOŠAVA DOO NOVI SAD",
    premises_id="9300001",
    premises_name="Košava diskont Detelinara stara pijaca",
    address="КОРНЕЛИЈА СТАНКОВИЋА 99",
    city="НОВИ САД",
    municipality="Нови Сад",
    cashier="KASIR 1",
    esir="9903/12.08.09.60",
    documents=68_000,
    unit_style="none",
    percent_encodes=False,
)
PEKARA_ZRNO = Shop(
    tax_id="999999042",
    name="PEKARA ZRNO PR",
    premises_id="9400001",
    premises_name="PEKARA ZRNO",
    address="ВОЈВОДЕ ВУКА бб",
    city="КРАГУЈЕВАЦ",
    municipality="Крагујевац",
    cashier="KASIR 1",
    esir="9904/1.0",
    documents=1_200,
    unit_style="brackets",
    pays_no_vat=True,
    gives_gtins=False,
    signs_centrally=True,
)
VETAR_PUMPA = Shop(
    tax_id="999999059",
    name="VETAR PETROL DOO",
    premises_id="9500001",
    premises_name="БС Ветар 7",
    address="АУТОПУТ ЗА ЗАГРЕБ 601",
    city="БЕОГРАД (ЗЕМУН)",
    municipality="Београд-Земун",
    cashier="Prodavac 2",
    esir="9905/22.4.1.0",
    documents=149_000,
    gives_gtins=False,
    pads_buyer=True,
)

SHOPS: tuple[Shop, ...] = (
    PERUN_ZVEZDARA,
    PERUN_MEDIJANA,
    ZADRUGA_JABUKA,
    KOSAVA_DISKONT,
    PEKARA_ZRNO,
    VETAR_PUMPA,
)
