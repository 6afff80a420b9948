"""Pictures of codes are read in every allowed format, and no bytes do harm."""

import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from receipt_parsers.errors import PictureFormatRefused, PictureTooLarge, UnreadablePicture
from receipt_parsers.qr import SIZE_LIMIT_BYTES, read_picture

ROOT = Path(__file__).parents[2]
Picture = npt.NDArray[np.uint8]
FISCAL = "https://suf.purs.gov.rs/v/?vl="


def is_fiscal(text: str) -> bool:
    return text.startswith(FISCAL)


def code_of(text: str, *, module_px: int = 4) -> Picture:
    """Draw a code without a quiet zone."""
    matrix = segno.make(text, error="l", boost_error=False, micro=False).matrix
    dots = np.array([[0 if dot else 255 for dot in row] for row in matrix], np.uint8)
    return np.kron(dots, np.ones((module_px, module_px), np.uint8))


def encoded(picture: npt.NDArray[np.generic], ending: str, *flags: int) -> bytes:
    done, data = cv2.imencode(ending, np.asarray(picture), flags)
    assert done
    return data.tobytes()


def png(width: int, height: int, depth: int = 8, colour: int = 0) -> bytes:
    """Write the header of a PNG and a few of its bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.fixture(scope="module")
def text(payload_of: Callable[..., bytes], slip: Callable[[bytes], str]) -> str:
    return slip(payload_of(buyer=b"10:100181732"))


@pytest.mark.parametrize(
    ("ending", "flags"),
    [
        (".png", ()),
        (".jpg", (cv2.IMWRITE_JPEG_QUALITY, 70)),
        (".jpg", (cv2.IMWRITE_JPEG_PROGRESSIVE, 1)),
        (".webp", (cv2.IMWRITE_WEBP_QUALITY, 70)),
        (".webp", (cv2.IMWRITE_WEBP_QUALITY, 101)),
        (".gif", ()),
    ],
)
def test_inf_16_codes_are_read_in_every_allowed_format(text: str, ending: str, flags: tuple[int, ...]) -> None:
    picture = cv2.cvtColor(code_of(text), cv2.COLOR_GRAY2BGR)
    reading = read_picture(encoded(picture, ending, *flags), is_fiscal=is_fiscal)
    assert (reading.text, reading.reader) == (text, "zxing")
    assert 0 < reading.cpu_ms < 5000


@pytest.mark.parametrize("ending", [".png", ".webp"])
@pytest.mark.parametrize("deep", [False, True])
def test_ink_on_transparent_ground_is_ink_on_paper(text: str, ending: str, deep: bool) -> None:
    ink = code_of(text)
    picture = np.dstack([np.zeros_like(ink)] * 3 + [255 - ink])
    data = encoded(picture.astype(np.uint16) * 257 if deep and ending == ".png" else picture, ending)
    assert read_picture(data, is_fiscal=is_fiscal).text == text


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_codes_are_read_whichever_way_they_lie(text: str, turns: int) -> None:
    assert read_picture(encoded(np.rot90(code_of(text), turns), ".png"), is_fiscal=is_fiscal).text == text


def test_codes_are_read_from_large_photos(text: str) -> None:
    photo = np.full((4400, 5000), 230, np.uint8)
    code = code_of(text, module_px=12)
    photo[900 : 900 + code.shape[0], 700 : 700 + code.shape[1]] = code
    for ending in (".jpg", ".png"):
        assert read_picture(encoded(photo, ending), is_fiscal=is_fiscal).text == text


def test_of_several_codes_the_fiscal_one_is_taken(text: str) -> None:
    wall = np.full((700, 1100), 255, np.uint8)
    for left, content in ((20, "https://example.org/loyalty"), (250, text), (850, "WIFI:S:shop;;")):
        code = code_of(content, module_px=5 if content == text else 6)
        wall[40 : 40 + code.shape[0], left : left + code.shape[1]] = code
    assert read_picture(encoded(wall, ".png"), is_fiscal=is_fiscal).text == text


def test_other_codes_and_empty_pictures_give_no_text() -> None:
    for picture in (code_of("https://example.org/", module_px=8), np.full((300, 300), 255, np.uint8)):
        assert read_picture(encoded(picture, ".png"), is_fiscal=is_fiscal).text is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"BM" + bytes(100),
        b"%PDF-1.7",
        b"\x00\x00\x00\x1cftypheic",
        b"II*\x00",
        b"RIFF\x00\x00\x00\x00WAVE",
    ],
)
def test_other_formats_never_reach_a_decoder(data: bytes) -> None:
    with pytest.raises(PictureFormatRefused) as refused:
        read_picture(data, is_fiscal=is_fiscal)
    assert refused.value.code == "picture-format-refused"


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + bytes(20)


def jpeg(width: int, height: int) -> bytes:
    return b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc2\x00\x11\x08" + struct.pack(">HH", height, width) + bytes(20)


def webp(width: int, height: int) -> bytes:
    return (
        b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    )


@pytest.mark.parametrize(
    "data",
    [
        png(20_000, 20_000),
        png(30_000, 30_000, depth=1),
        png(16_385, 100),
        png(100, 200_000),
        png(7_072, 7_072),
        png(6_000, 6_000, depth=16, colour=6),
        jpeg(65_500, 65_500),
        jpeg(65_000, 2_000),
        gif(65_535, 65_535),
        webp(1 << 24, 1 << 24),
        b"\x89PNG" + bytes(SIZE_LIMIT_BYTES),
    ],
)
def test_bombs_are_refused_by_their_header(data: bytes) -> None:
    with pytest.raises(PictureTooLarge) as refused:
        read_picture(data, is_fiscal=is_fiscal)
    assert refused.value.code == "picture-too-large"


@pytest.mark.parametrize(
    "data", [png(63, 500), png(500, 63), gif(0, 0), jpeg(1, 1), webp(10, 10), png(400, 400), jpeg(400, 400)]
)
def test_small_and_broken_pictures_are_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadablePicture) as refused:
        read_picture(data, is_fiscal=is_fiscal)
    assert refused.value.code == "unreadable-picture"


def test_the_decoder_has_a_wall_of_its_own() -> None:
    """The decoder reads its limit when it is first imported, so this takes a process that has not imported it."""
    program = (
        "import sys, numpy, receipt_parsers.qr, cv2\n"
        "try: cv2.imdecode(numpy.frombuffer(sys.stdin.buffer.read(), numpy.uint8), cv2.IMREAD_GRAYSCALE)\n"
        "except cv2.error: print('refused')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=png(20_000, 20_000), capture_output=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == b"refused"


@pytest.mark.parametrize("ending", [".png", ".jpg", ".webp", ".gif"])
def test_cut_and_mangled_pictures_do_no_harm(ending: str) -> None:
    whole = encoded(cv2.cvtColor(code_of(FISCAL + "A" * 300), cv2.COLOR_GRAY2BGR), ending)
    refused = 0

    @settings(max_examples=80, deadline=None)
    @given(size=st.integers(0, len(whole)), at=st.integers(0, len(whole) - 1), byte=st.integers(0, 255))
    def mangled(size: int, at: int, byte: int) -> None:
        nonlocal refused
        for data in (whole[:size], whole[:at] + bytes([byte]) + whole[at + 1 :]):
            try:
                read_picture(data, is_fiscal=is_fiscal)
            except UnreadablePicture:
                refused += 1

    mangled()
    assert refused > 0


@settings(max_examples=200, deadline=None)
@given(
    start=st.sampled_from(
        [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", b"GIF89a", b"RIFF....WEBPVP8L", b"RIFF....WEBPVP8 "]
    ),
    rest=st.binary(max_size=200),
)
def test_any_bytes_give_a_reading_or_a_reason(start: bytes, rest: bytes) -> None:
    with pytest.raises(UnreadablePicture):
        read_picture(start + rest, is_fiscal=is_fiscal)
