"""Pictures of playground slips' codes, drawn from a fixed seed: clean as on a screen, and mildly spoilt as by a camera.

Every kind of spoiling is measured in the code's own modules, so that a larger picture is no easier than a smaller one.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import cv2
import numpy as np
import numpy.typing as npt
import segno

from receipt_parsers.playground.authority import PlaygroundAuthority

URL = "https://playground.example"
CLEAN = "clean"

_START = datetime(2026, 9, 2, 8, 0, tzinfo=UTC)
_SEED = 22
_WHITE = (255.0,)
_CLEAN_SCALES = (2, 3, 4, 6, 8)
_SPOILT_SCALES = (4, 6)
_BLUR_MODULES = (0.3, 0.5)
_NOISE_LEVELS = (15.0, 35.0)
_ANGLE_DEGREES = (-25.0, 25.0)

Grey = npt.NDArray[np.uint8]
Draw = np.random.Generator


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG and the text of the one code in it; `case` is clean, or what was done to it."""

    case: str
    png: bytes
    text: str


def pictures(slips: int) -> Iterator[Picture]:
    """So many slips, each clean at five scales and spoilt in every way at two."""
    draw = np.random.default_rng(_SEED)
    issuer = PlaygroundAuthority(URL, seed=_SEED)
    for number in range(slips):
        text = issuer.issue(_START + timedelta(minutes=number)).payload
        for scale in _CLEAN_SCALES:
            yield Picture(CLEAN, _png(text, scale), text)
        for scale in _SPOILT_SCALES:
            grey = np.asarray(cv2.imdecode(np.frombuffer(_png(text, scale), np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)
            for case, spoil in _SPOILT.items():
                encoded = cv2.imencode(".png", spoil(grey, scale, draw))[1]
                yield Picture(case, encoded.tobytes(), text)


def _png(text: str, scale: int) -> bytes:
    """As the playground draws it, so many pixels a module."""
    picture = io.BytesIO()
    segno.make_qr(text, error="l", boost_error=False).save(picture, kind="png", scale=scale, border=4)
    return picture.getvalue()


def _blurred(grey: Grey, scale: int, draw: Draw) -> Grey:
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), scale * draw.uniform(*_BLUR_MODULES)), np.uint8)


def _noisy(grey: Grey, _: int, draw: Draw) -> Grey:
    noise = draw.normal(0, draw.uniform(*_NOISE_LEVELS), grey.shape)
    return (grey + noise).clip(0, 255).astype(np.uint8)


def _rotated(grey: Grey, _: int, draw: Draw) -> Grey:
    """Turned about its middle, on white paper large enough for every angle."""
    side = grey.shape[0]
    margin = side // 4
    paper = cv2.copyMakeBorder(grey, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=_WHITE)
    middle = (side / 2 + margin, side / 2 + margin)
    turn = cv2.getRotationMatrix2D(middle, draw.uniform(*_ANGLE_DEGREES), 1.0)
    size = (side + 2 * margin, side + 2 * margin)
    return np.asarray(cv2.warpAffine(paper, turn, size, flags=cv2.INTER_LINEAR, borderValue=_WHITE), np.uint8)


def _all_three(grey: Grey, scale: int, draw: Draw) -> Grey:
    return _noisy(_blurred(_rotated(grey, scale, draw), scale, draw), scale, draw)


_SPOILT: MappingProxyType[str, Callable[[Grey, int, Draw], Grey]] = MappingProxyType(
    {"blurred": _blurred, "noisy": _noisy, "rotated": _rotated, "all three": _all_three}
)
