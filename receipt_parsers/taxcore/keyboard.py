"""Undoes what a Serbian keyboard layout does to a link typed by a scanner that believes in an American one.

A USB scanner sends key positions. The computer turns them into `httpsČ--suf.purs.gov.rs-v-_vl+A...` (Latin layout) or
`хттпсЧ--суф.пурс.гов.рс-в-_вл+А...` (Cyrillic layout). Two layouts make two readings; the checksum says which is right.
The key of "=" and "+" is reported to give either "+" or "*", so both are read as "=" and `receipt_parsers.taxcore.link`
settles what the sign means: a plus within the base64 text, padding at its end.
"""

from collections.abc import Iterator

_SIGNS = ("-_'?/+*", "/?-_&==")
_LATIN = str.maketrans("zyZYČ" + _SIGNS[0], "yzYZ:" + _SIGNS[1])
_CYRILLIC = str.maketrans(
    "љњертзуиопасдфгхјклѕџцвбнмЉЊЕРТЗУИОПАСДФГХЈКЛЅЏЦВБНМЧ" + _SIGNS[0],
    "qwertyuiopasdfghjklzxcvbnmQWERTYUIOPASDFGHJKLZXCVBNM:" + _SIGNS[1],
)


def readings(text: str) -> Iterator[str]:
    """Give what the scanner may have meant: one reading for each layout, without Caps Lock and with it.

    Nothing for a text with "://", which neither layout lets through.
    """
    if "://" in text:
        return
    for typed in (text, text.swapcase()):
        yield typed.translate(_LATIN)
        yield typed.translate(_CYRILLIC)
