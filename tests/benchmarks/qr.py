"""Success and CPU time of reading a fiscal code in a picture, beside zbar and OpenCV's own detector.

Everybody gets the same PNG bytes and pays for decoding them. Ours also judges the picture by its header, gives it a
border and asks of each text whether it is fiscal; the peers do not, and are held to the same text. CPU time is the whole
process's, whatever threads a reader starts. The pictures are drawn (`tests.benchmarks.pictures`): no photograph is here.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

import cv2
import numpy as np
import numpy.typing as npt

from receipt_parsers.authorities.playground import playground_authority
from receipt_parsers.qr import read_picture
from tests.benchmarks.pictures import CLEAN, URL, Picture, pictures
from tests.benchmarks.report import Goal, Report, Row, Say, Size, number, percentile
from tests.benchmarks.turns import turns

_SLIPS = {Size.FULL: 20, Size.TINY: 1}
_ROUNDS = {Size.FULL: 3, Size.TINY: 1}
_SAY_EVERY = 50
_CLEAN_SUCCESS_PERCENT, _CLEAN_CPU_MS_P50, _CLEAN_CPU_MS_P95 = 100, 10, 30
_RATIO_GOAL = 1

Reader = Callable[[bytes], str | None]


@dataclass(slots=True)
class Reading:
    """What became of one picture under one reader: CPU times of its rounds, and whether each gave the right text."""

    cpu_ms: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)


Readings = dict[tuple[str, str], list[Reading]]


def run(size: Size, say: Say) -> Report:
    """Measure; the first peer is zbar where its library is installed, else OpenCV's detector alone."""
    readers, notes = _readers()
    drawn = list(pictures(_SLIPS[size]))
    for read in readers.values():
        read(drawn[0].png)
    readings: Readings = {}
    for at, picture in enumerate(drawn):
        if at % _SAY_EVERY == 0:
            say(f"picture {at + 1} of {len(drawn)}")
        taken = _read(picture, readers, _ROUNDS[size])
        for who, reading in taken.items():
            readings.setdefault((picture.case, who), []).append(reading)
    notes.append(
        f"{len(drawn)} pictures of {_SLIPS[size]} slips; each figure of a picture is the median of its rounds."
    )
    notes.append("Excluded: drawing the pictures, importing libraries, one picture each to warm up.")
    return _report(readings, tuple(readers), notes)


def _readers() -> tuple[dict[str, Reader], list[str]]:
    readers: dict[str, Reader] = {"paragon": _ours()}
    notes = ["Ratios are of CPU time at the middle of the clean pictures, the peer's to ours: above 1 ours is cheaper."]
    try:
        readers["zbar"] = _zbar()
    except ImportError:
        notes.append("zbar is not on this machine (Debian: libzbar0): OpenCV's detector is the only peer.")
    readers["opencv"] = _opencv()
    return readers, notes


def _ours() -> Reader:
    is_fiscal = playground_authority(URL).addressed
    return lambda png: read_picture(png, is_fiscal=is_fiscal).text


def _zbar() -> Reader:
    from pyzbar.pyzbar import ZBarSymbol, decode

    def read(png: bytes) -> str | None:
        codes = decode(_grey(png), symbols=[ZBarSymbol.QRCODE])
        return str(codes[0].data.decode()) if codes else None

    return read


def _opencv() -> Reader:
    detector = cv2.QRCodeDetector()
    return lambda png: detector.detectAndDecode(_grey(png))[0] or None


def _grey(png: bytes) -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


def _read(picture: Picture, readers: dict[str, Reader], rounds: int) -> dict[str, Reading]:
    taken = {who: Reading() for who in readers}
    for who in turns(tuple(readers), rounds):
        begun = time.process_time()
        text = readers[who](picture.png)
        taken[who].cpu_ms.append((time.process_time() - begun) * 1000)
        taken[who].right.append(text == picture.text)
    return taken


def _report(readings: Readings, readers: tuple[str, ...], notes: list[str]) -> Report:
    rows = {side: _row(*side, taken) for side, taken in readings.items()}
    ours = rows[CLEAN, "paragon"]
    ratios = {
        f"{who}_cpu_to_paragon": number(rows[CLEAN, who], "cpu_ms_p50") / number(ours, "cpu_ms_p50")
        for who in readers[1:]
    }
    return Report(
        rows=list(rows.values()),
        ratios=ratios,
        goals={
            "clean_success_percent": Goal(number(ours, "success_percent"), "at least", _CLEAN_SUCCESS_PERCENT),
            "clean_cpu_ms_p50": Goal(number(ours, "cpu_ms_p50"), "at most", _CLEAN_CPU_MS_P50),
            "clean_cpu_ms_p95": Goal(number(ours, "cpu_ms_p95"), "at most", _CLEAN_CPU_MS_P95),
            "ratio_to_peer_cpu": Goal(ratios[f"{readers[1]}_cpu_to_paragon"], "at least", _RATIO_GOAL),
        },
        notes=[f"The ratio of the goal is to {readers[1]}.", *notes],
        libraries=["zxing-cpp", "opencv-python-headless", "pyzbar", "numpy"],
    )


def _row(case: str, who: str, taken: list[Reading]) -> Row:
    """One case under one reader; a picture counts as read only if every round gave its text."""
    times = [median(reading.cpu_ms) for reading in taken]
    return {
        "case": case,
        "who": who,
        "pictures": len(taken),
        "success_percent": 100 * sum(all(reading.right) for reading in taken) / len(taken),
        "cpu_ms_p50": percentile(times, 50),
        "cpu_ms_p95": percentile(times, 95),
    }
