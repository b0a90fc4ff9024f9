"""Pictures as pages: how many, how large on paper, and what cannot be read of them."""

import io

import pytest
from PIL import Image

from lectern.documents import pictures
from lectern_workers.ingestion.parsing.picture import read_picture
from lectern_workers.ingestion.parsing.problems import Unreadable
from made_files import make_picture, saved


def read(folder, content):
    facts, *pages = read_picture(saved(folder, "scan", content), "scan")
    return facts, [each.page for each in pages]


@pytest.mark.parametrize("format", ["PNG", "JPEG", "TIFF"])
def test_a_picture_is_a_page_as_large_as_the_paper_that_was_scanned(tmp_path, format):
    facts, [page] = read(tmp_path, make_picture("Words", format=format))

    assert (facts.paged, facts.page_count, facts.content_type) == (
        True,
        1,
        f"image/{format.lower()}",
    )
    assert (page.image_only, page.text) == (True, "")
    assert (round(page.width), round(page.height)) == (446, 252)


def test_each_picture_of_a_tiff_is_a_page(tmp_path):
    facts, pages = read(tmp_path, make_picture("Words", format="TIFF", pages=3))

    assert facts.page_count == 3
    assert [page.number for page in pages] == [1, 2, 3]


def test_a_photograph_without_a_resolution_is_taken_for_a_sheet_of_paper(tmp_path):
    data = io.BytesIO()
    Image.new("RGB", (3000, 4000), "white").save(data, "JPEG")

    _, [page] = read(tmp_path, data.getvalue())

    assert (round(page.width), round(page.height)) == (594, 792)


def test_a_photograph_that_was_taken_sideways_is_held_upright(tmp_path):
    exif = Image.Exif()
    exif[274] = 6
    data = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(data, "JPEG", exif=exif)
    picture = pictures.open_picture(saved(tmp_path, "a", data.getvalue()))

    width, height = pictures.size_in_points(picture)

    assert width < height
    assert pictures.drawn(picture, 1.0).size == (round(width), round(height))


def test_what_is_transparent_is_white(tmp_path):
    data = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(data, "PNG")
    picture = pictures.open_picture(saved(tmp_path, "a", data.getvalue()))

    assert pictures.drawn(picture, 1.0).getpixel((5, 5)) == (255, 255, 255)


def test_a_cut_off_picture_says_so(tmp_path):
    whole = make_picture("Words", format="JPEG")

    with pytest.raises(Unreadable, match="damaged or cut off"):
        read(tmp_path, whole[: len(whole) // 2])


def test_a_picture_of_more_pixels_than_are_decoded_is_refused_before_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1000)

    with pytest.raises(Unreadable, match="1,240 by 700 pixels"):
        read(tmp_path, make_picture("Words"))
