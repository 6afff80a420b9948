"""Money and points as integers of a smallest unit, and the decimal strings that people and programs see."""


def format_units(amount: int, decimals: int) -> str:
    """An amount of smallest units as a plain decimal string with exactly that many decimals: 82912, 2 -> "829.12"."""
    sign = "-" if amount < 0 else ""
    digits = str(abs(amount)).rjust(decimals + 1, "0")
    if decimals == 0:
        return sign + digits
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def format_quantity(milli: int) -> str:
    """Thousandths as the shortest decimal string: 1482 -> "1.482", 1000 -> "1"."""
    text = format_units(milli, 3)
    return text.rstrip("0").rstrip(".")
