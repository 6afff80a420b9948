"""A long list of products as a Balkan chain would have it, and the ways in which tills print them; drawn from a seed.

Makers are invented, goods, sizes and habits of printing are those of real shelves and slips: dots after beginnings,
vowels left out, a name cut at the column's width, the size in front, a seller's own number, Cyrillic.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product as combinations
from uuid import UUID

from backend.catalogue.matching.index import ProductFacts, fold
from tests.benchmarks.report import Size

PRODUCTS = {Size.FULL: 50_000, Size.TINY: 400}
LINES = {Size.FULL: 4_000, Size.TINY: 60}
_ABSENT_EVERY = 5
"""One of so many printed products is not in the catalogue, though its sisters are."""

_MILK, _SMALL = ("0,5L", "1L", "1,5L", "200ml"), ("80g", "100g", "150g", "200g", "400g")
_DRINK = ("0,25L", "0,33L", "0,5L", "1L", "1,5L", "2L", "6x0,33L")
_FRUITS = [
    "jabuka",
    "narandža",
    "breskva",
    "višnja",
    "kajsija",
    "jagoda",
    "malina",
    "borovnica",
    "kruška",
    "limun",
    "šumsko voće",
]
_MEATS = ["pileća", "svinjska", "juneća", "ćureća", "domaća", "dimljena"]
_GOODS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("mleko", ("2,8% mm", "3,2% mm", "1,5% mm", "bez laktoze", "čokoladno", "dugotrajno 2,8%", "sveže 3,2%"), _MILK),
    ("jogurt", ("2,8% mm", "3,2% mm", "grčki", "bez laktoze", "light 0,9%", *(f"voćni {f}" for f in _FRUITS[:6])),
     ("180g", "330g", "500g", "1kg", "1,5kg")),
    ("kisela pavlaka", ("12% mm", "20% mm", "22% mm", "bez laktoze"), ("180g", "200g", "400g", "700g")),
    ("kefir", ("", "1% mm", "malina"), ("330g", "500g", "1kg")),
    ("puter", ("82%", "stoni", "sa začinskim biljem"), ("125g", "200g", "250g")),
    ("sir", ("feta", "gauda u kriškama", "edamer", "mladi kravlji", "dimljeni", "mocarela", "zdenka", "trapist"), _SMALL),
    ("sirni namaz", ("", "paprika", "šunka", "začinsko bilje", "rotkvica"), ("100g", "150g", "500g")),
    ("keks", ("čajni", "integralni", "sa čokoladom", "lešnik", "mleveni", "punjeni kakao"), _SMALL),
    ("čokolada", ("mlečna", "crna 70%", "bela", "sa lešnikom", "sa bademima", "jagoda jogurt", "za kuvanje"), _SMALL),
    ("napolitanke", ("lešnik", "čokolada", "limun", "vanila", "kakao"), ("80g", "185g", "360g", "800g")),
    ("bombone", ("mentol", "karamela", "voćne", "gumene", "žele"), ("75g", "100g", "200g", "1kg")),
    ("čips", ("slani", "paprika", "sir", "pavlaka luk", "roštilj", "ljuti"), ("40g", "90g", "140g", "230g")),
    ("smoki", ("", "kikiriki", "čokolada"), ("50g", "100g", "150g")),
    ("sok", tuple(_FRUITS), _DRINK),
    ("nektar", tuple(_FRUITS), ("0,2L", "0,33L", "1L")),
    ("ledeni čaj", ("limun", "breskva", "zeleni", "šumsko voće"), ("0,5L", "1,5L")),
    ("gazirano piće", ("cola", "cola zero", "narandža", "limun", "tonik", "bitter lemon"), _DRINK),
    ("voda", ("gazirana", "negazirana", "limun mint", "jabuka kruška"), ("0,25L", "0,5L", "0,75L", "1,5L", "6L")),
    ("pivo", ("svetlo", "tamno", "limun", "bezalkoholno", "nefiltrirano"), ("0,33L", "0,5L", "1L", "2L", "6x0,5L")),
    ("vino", ("belo šardone", "crno vranac", "roze", "crveno kaberne", "belo rizling"), ("0,187L", "0,75L", "1L")),
    ("rakija", ("šljiva", "dunja", "kajsija", "viljamovka", "loza"), ("0,05L", "0,5L", "0,7L", "1L")),
    ("kafa mlevena", ("tradicionalna", "gold", "strong", "minas"), ("100g", "200g", "500g", "1kg")),
    ("instant kafa", ("3u1", "2u1", "cappuccino vanila", "cappuccino čokolada", "classic"), ("15g", "100g", "200g")),
    ("čaj", ("nana", "kamilica", "hibiskus", "zeleni", "brusnica", "planinski"), ("20g", "30g", "50g")),
    ("brašno", ("T-400", "T-500", "T-850", "integralno", "kukuruzno"), ("1kg", "5kg", "25kg")),
    ("šećer", ("kristal", "u prahu", "smeđi", "kocka"), ("500g", "1kg", "5kg")),
    ("ulje", ("suncokretovo", "maslinovo ekstra devičansko", "kukuruzno"), ("0,5L", "1L", "2L", "5L")),
    ("testenina", ("špageti", "fusili", "pene", "makarone", "rezanci za supu"), ("400g", "500g", "1kg")),
    ("pirinač", ("dugo zrno", "srednje zrno", "integralni", "za rižoto"), ("500g", "800g", "1kg")),
    ("supa", ("pileća", "goveđa", "paradajz", "gljive", "povrće"), ("40g", "60g", "65g")),
    ("pašteta", (*_MEATS[:4], "tuna", "jetrena"), ("30g", "50g", "75g", "100g", "150g")),
    ("viršla", tuple(_MEATS), ("200g", "400g", "1kg")),
    ("kobasica", (*_MEATS, "čajna", "kranjska", "sremska"), ("200g", "350g", "500g", "1kg")),
    ("šunka", ("praška", "pileća", "za picu", "stišnjena", "u kriškama"), ("100g", "150g", "400g", "1kg")),
    ("mesni narezak", (*_MEATS[:4],), ("150g", "300g", "400g")),
    ("tunjevina", ("u ulju", "u sosu", "salata meksikana", "komadići"), ("80g", "160g", "185g", "3x80g")),
    ("sardina", ("u ulju", "ljuta", "limun"), ("115g", "125g")),
    ("ajvar", ("blagi", "ljuti", "domaći"), ("290g", "350g", "690g")),
    ("kečap", ("blagi", "ljuti", "pica"), ("300g", "500g", "1kg", "2kg")),
    ("majonez", ("delikates", "light", "salatni"), ("90g", "280g", "450g", "620g")),
    ("senf", ("blagi", "ljuti", "dižon"), ("90g", "300g", "500g")),
    ("džem", tuple(_FRUITS[2:9]), ("25g", "370g", "670g", "840g")),
    ("krem", ("lešnik kakao", "duo", "mlečni", "crni"), ("150g", "350g", "750g", "2,5kg")),
    ("med", ("bagremov", "livadski", "cvetni", "lipov"), ("250g", "450g", "900g")),
    ("sladoled", ("vanila", "čokolada", "jagoda", "pistać", "stracatela"), ("70ml", "120ml", "500ml", "1L", "2L")),
    ("smrznuto povrće", ("grašak", "boranija", "brokoli", "mešano", "kukuruz"), ("400g", "450g", "1kg", "2,5kg")),
    ("hleb", ("beli", "ražani", "integralni", "kukuruzni", "tost"), ("300g", "400g", "500g", "600g")),
    ("deterdžent za veš", ("color", "white", "baby", "lavanda", "sensitive"), ("1kg", "2kg", "3kg", "6kg", "1,5L", "3L")),
    ("deterdžent za sudove", ("limun", "jabuka", "balsam", "narandža"), ("450ml", "900ml", "1,35L", "5L")),
    ("omekšivač", ("lavanda", "sensitive", "plavi", "roze"), ("0,9L", "1L", "1,8L", "3L")),
    ("šampon", ("za masnu kosu", "protiv peruti", "kamilica", "breza", "kokos", "za decu"), ("250ml", "400ml", "1L")),
    ("sapun", ("tečni kamilica", "tečni lavanda", "badem", "maslina"), ("90g", "100g", "300ml", "1L")),
    ("gel za tuširanje", ("muški", "lavanda", "kokos", "mleko i med"), ("250ml", "500ml", "750ml")),
    ("pasta za zube", ("mint", "whitening", "sensitive", "za decu", "herbal"), ("50ml", "75ml", "100ml", "125ml")),
    ("dezodorans", ("muški sport", "ženski fresh", "invisible", "men cool"), ("50ml", "150ml", "200ml")),
    ("toalet papir", ("dvoslojni", "troslojni", "kamilica", "breskva"), ("4/1", "8/1", "10/1", "16/1", "24/1")),
    ("ubrusi", ("dvoslojni", "troslojni", "maxi"), ("1/1", "2/1", "4/1")),
    ("pelene", ("mini", "midi", "maxi", "junior"), ("22/1", "44/1", "56/1", "78/1")),
    ("hrana za pse", ("govedina", "piletina", "jagnjetina", "junior"), ("400g", "1,25kg", "3kg", "10kg")),
    ("hrana za mačke", ("losos", "piletina", "tuna", "zečetina"), ("85g", "100g", "400g", "2kg")),
)  # fmt: skip
_MAKERS = 330
_OPEN, _SHUT = "bcčdfgkljmnprsštvzž", ("", "", "", "l", "n", "r", "ks", "s")


@dataclass(frozen=True, slots=True)
class Printed:
    """What a till printed, of which product; None for one that the catalogue does not have. `habit` says how."""

    text: str
    sku: str | None
    habit: str


@dataclass(frozen=True, slots=True)
class Shelves:
    """The catalogue and the printed lines."""

    products: tuple[ProductFacts, ...]
    lines: tuple[Printed, ...]


def stock(size: Size, *, seed: int) -> Shelves:
    """The same shelves and slips for the same seed."""
    chance = random.Random(seed)  # noqa: S311 (the same for everybody is the point)
    goods = _goods(chance, PRODUCTS[size] * _ABSENT_EVERY // (_ABSENT_EVERY - 1) + _ABSENT_EVERY)
    absent = set(chance.sample(range(len(goods)), len(goods) // _ABSENT_EVERY))
    products = tuple(good for at, good in enumerate(goods) if at not in absent)[: PRODUCTS[size]]
    skus = {good.sku for good in products}
    printed = []
    for good in chance.choices(goods, k=LINES[size]):
        habit = chance.choice(_HABITS)
        text = habit(good, chance)
        printed.append(Printed(text, good.sku if good.sku in skus else None, habit.__name__.strip("_")))
    return Shelves(products, tuple(printed))


def catalogue_of(named: Iterable[tuple[str, str | None]]) -> tuple[ProductFacts, ...]:
    """Products of those names and brands, numbered in their order; a name that comes again is the same product."""
    return tuple(
        ProductFacts(UUID(int=at + 1), f"S{at:06}", name, brand, (fold(name),))
        for at, (name, brand) in enumerate(dict(named).items())
    )


def _goods(chance: random.Random, count: int) -> list[ProductFacts]:
    """Every maker makes some goods, in most of their kinds and sizes."""
    names: dict[str, str] = {}
    for maker in _makers(chance):
        for what, kinds, sizes in chance.sample(_GOODS, 14):
            for kind, size in combinations(kinds, sizes):
                if chance.random() < 0.85:
                    names[" ".join(filter(None, (maker, what, kind, size)))] = maker
    picked = list(names)[:count]
    assert len(picked) == count, f"only {len(names)} different goods"
    return list(catalogue_of((name, names[name]) for name in picked))


def _makers(chance: random.Random) -> list[str]:
    """Invented names of two or three syllables, each once."""
    found: dict[str, None] = {}
    while len(found) < _MAKERS:
        syllables = [chance.choice(_OPEN) + chance.choice("aeiou") for _ in range(chance.choice((2, 2, 3)))]
        found["".join(syllables).capitalize() + chance.choice(_SHUT)] = None
    return list(found)


def _plain(good: ProductFacts, chance: random.Random) -> str:
    return chance.choice((good.name, good.name.upper(), _cyrillic(good.name), _bare(good.name).upper()))


def _unit(good: ProductFacts, chance: random.Random) -> str:
    return _bare(good.name).upper() + chance.choice(("/KOM", "/kom", " (KOM)", " [KOM]", "           KOM", "/KOM (Ђ)"))


def _dots(good: ProductFacts, chance: random.Random) -> str:
    words = _bare(good.name).upper().split()
    return " ".join(_dotted(word, chance) for word in words)


def _tight(good: ProductFacts, chance: random.Random) -> str:
    return _dots(good, chance).replace(". ", ".")


def _vowels(good: ProductFacts, chance: random.Random) -> str:
    words = _bare(good.name).upper().split()
    return " ".join(_consonants(word) if word.isalpha() and chance.random() < 0.5 else word for word in words)


def _cut(good: ProductFacts, chance: random.Random) -> str:
    return _bare(good.name).upper()[: chance.choice((18, 20, 24, 28, 32))].strip()


def _size_first(good: ProductFacts, chance: random.Random) -> str:
    *words, size = _bare(good.name).upper().split()
    return " ".join((_respelled(size, chance), *(_dotted(word, chance) for word in words)))


def _respell(good: ProductFacts, chance: random.Random) -> str:
    *words, size = _bare(good.name).upper().split()
    return " ".join((*words, _respelled(size, chance)))


def _without_brand(good: ProductFacts, chance: random.Random) -> str:
    return _dots(good, chance).partition(" ")[2]


def _brand_last(good: ProductFacts, chance: random.Random) -> str:
    brand, *rest = _bare(good.name).upper().split()
    return " ".join((*(_dotted(word, chance) for word in rest[:-1]), brand, rest[-1]))


def _less(good: ProductFacts, chance: random.Random) -> str:
    """One word is not printed at all."""
    words = _bare(good.name).upper().split()
    del words[chance.randrange(1, len(words))]
    return " ".join(words)


def _mistyped(good: ProductFacts, chance: random.Random) -> str:
    words = _bare(good.name).upper().split()
    at = chance.randrange(len(words) - 1)
    word = words[at]
    if len(word) > 5:
        spot = chance.randrange(1, len(word) - 1)
        words[at] = word[:spot] + word[spot + 1 :]
    return " ".join(words)


def _numbered(good: ProductFacts, chance: random.Random) -> str:
    return f"{chance.randrange(10**6, 10**7):07} {_bare(good.name).upper()}/KOM"


_HABITS: tuple[Callable[[ProductFacts, random.Random], str], ...] = (
    _plain, _unit, _dots, _tight, _vowels, _cut, _size_first, _respell, _without_brand, _brand_last, _less, _mistyped,
    _numbered,
)  # fmt: skip
_MARKS = str.maketrans("čćšžđČĆŠŽĐ", "ccszdCCSZD")
_LATIN = (("dž", "џ"), ("lj", "љ"), ("nj", "њ"), *zip("abvgdđežzijklmnoprstćufhcčš", "абвгдђежзијклмнопрстћуфхцчш", strict=True))  # fmt: skip


def _bare(text: str) -> str:
    return text.translate(_MARKS)


def _cyrillic(text: str) -> str:
    lower = text.lower()
    for latin, cyrillic in _LATIN:
        lower = lower.replace(latin, cyrillic)
    return lower


def _dotted(word: str, chance: random.Random) -> str:
    if not word.isalpha() or len(word) < 5 or chance.random() < 0.4:
        return word
    return word[: chance.choice((2, 3, 3, 4, 4))] + "."


def _consonants(word: str) -> str:
    return word[0] + "".join(letter for letter in word[1:] if letter not in "AEIOU")


def _respelled(size: str, chance: random.Random) -> str:
    return chance.choice(list(_spellings(size)))


def _spellings(size: str) -> Iterator[str]:
    """Other ways to write a size: 0,5L is 0.5L, 0,5, 500ML or 0.5 LIT."""
    yield size
    yield size.replace(",", ".")
    number, unit = size.rstrip("KGML"), size.lstrip("0123456789,.Xx/")
    if "X" in size or "/" in size:
        return
    yield f"{number} {unit}"
    yield number
    thousandths = {"L": "ML", "KG": "G"}.get(unit)
    if thousandths:
        whole, _, rest = number.partition(",")
        yield f"{int(whole) * 1000 + int(rest.ljust(3, '0') or 0)}{thousandths}"
        yield f"{number}{'LIT' if unit == 'L' else 'KGR'}"
    if unit == "G":
        yield f"{number}GR"
