"""Pictures as pages: how many there are in a file, how large each is on paper, and drawing one.

For confined processes: decoding a stranger's picture is as risky as reading their PDF.
"""

from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

FORMATS = ("PNG", "JPEG", "TIFF")
# A page of A3 at 1,200 dots an inch has 278 million; a picture that claims more is a bomb.
MOST_PIXELS = 300_000_000
POINTS_AN_INCH = 72
_CREDIBLE_DPI = (90, 1200)
_LARGEST_SIDE_INCHES = 24
# What a picture without a credible resolution is taken for: a sheet of paper that was
# photographed, or what was on a screen.
_SHEET_INCHES, _SCREEN_DPI, _LARGEST_SCREEN = 11.0, 96, 1600
_TURNED = (5, 6, 7, 8)
_ORIENTATION = 274


def open_picture(path: Path) -> Image.Image:
    """The pictures in a file; raises what Pillow raises for a file that is not one."""
    Image.MAX_IMAGE_PIXELS = None  # counted here, page by page, and told in our own words
    return Image.open(path, formats=FORMATS)


def page_count(picture: Image.Image) -> int:
    """How many pages a file of pictures has."""
    return int(getattr(picture, "n_frames", 1))


def go_to(picture: Image.Image, number: int) -> None:
    """Turn to page ``number``, counted from 1."""
    if number > 1 or picture.tell():
        picture.seek(number - 1)


def is_too_large(picture: Image.Image) -> bool:
    """Whether the page that is open has more pixels than are decoded."""
    return picture.width * picture.height > MOST_PIXELS


def size_in_points(picture: Image.Image) -> tuple[float, float]:
    """Width and height on paper of the page that is open, as it is held to be looked at."""
    width, height = picture.size
    dpi = _resolution(picture)
    if picture.getexif().get(_ORIENTATION) in _TURNED:
        width, height = height, width
    return width / dpi * POINTS_AN_INCH, height / dpi * POINTS_AN_INCH


def drawn(picture: Image.Image, scale: float) -> Image.Image:
    """The page that is open in grey or colours on white, ``scale`` pixels for each point."""
    width, height = size_in_points(picture)
    target = (max(round(width * scale), 1), max(round(height * scale), 1))
    # A JPEG is decoded no larger than is needed.
    picture.draft("RGB", target)
    upright = ImageOps.exif_transpose(picture)
    flat = _flattened(upright if upright is not None else picture)
    return flat.resize(target, Image.Resampling.LANCZOS)


def _flattened(picture: Image.Image) -> Image.Image:
    """Without transparency, which would be drawn as black letters on black."""
    if picture.mode in ("1", "L"):
        return picture.convert("L")
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    ground = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")


def _resolution(picture: Image.Image) -> float:
    """Pixels an inch: as the file says where that can be, else by what it looks like."""
    longest = max(picture.size)
    said: Any = picture.info.get("dpi", (0, 0))
    try:
        dpi = float(said[0])
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        dpi = 0.0
    least, most = _CREDIBLE_DPI
    if least <= dpi <= most and longest / dpi <= _LARGEST_SIDE_INCHES:
        return dpi
    return longest / _SHEET_INCHES if longest > _LARGEST_SCREEN else _SCREEN_DPI
