"""What browsers get beside the pages: readable colours, no other sites, no markup by script."""

import hashlib
import re
from pathlib import Path

import pytest

import lectern.web

FOLDER = Path(lectern.web.__path__[0])
STATIC = FOLDER / "static" / "web"
STYLES = (STATIC / "lectern.css").read_text()
SCRIPTS = sorted(STATIC.glob("*.js"))
TEXT_FILES = [
    path
    for path in FOLDER.rglob("*")
    if path.suffix in {".html", ".css", ".js"} and path.parent.name != "vendor"
]
THEMES = {
    "light": re.search(r':root, :root\[data-theme="light"\] \{(.*?)\}', STYLES, re.DOTALL)[1],
    "dark": re.search(r':root\[data-theme="dark"\] \{(.*?)\}', STYLES, re.DOTALL)[1],
    "system": re.search(r':root\[data-theme="system"\] \{(.*?)\}', STYLES, re.DOTALL)[1],
}
TEXT_PAIRS = [
    (ink, ground)
    for ink in ("ink", "ink-2", "ink-3", "accent", "good", "warn", "bad", "busy")
    for ground in ("paper", "surface", "sunken")
] + [
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("accent", "accent-soft"),
    ("good", "good-soft"),
    ("warn", "warn-soft"),
    ("bad", "bad-soft"),
    ("surface", "bad"),
    ("mark-ink", "mark"),
    ("paper", "ink"),
]


def colours(theme):
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", THEMES[theme]))


def luminance(colour):
    """Relative luminance (WCAG 2.2, definition)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(theme, one, other):
    lighter, darker = sorted(luminance(colours(theme)[each]) for each in (one, other))[::-1]
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_can_be_read_on_its_ground(theme, ink, ground):
    assert contrast(theme, ink, ground) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "surface"])
def test_the_border_of_a_field_can_be_seen(theme, ground):
    assert contrast(theme, "line-strong", ground) >= 3


def test_the_system_theme_is_dark_with_the_same_colours():
    assert colours("system") == colours("dark")


@pytest.mark.parametrize("path", TEXT_FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_nothing_is_loaded_from_another_site(path):
    addresses = re.findall(r"""(?:https?:)?//[\w.-]+\.\w{2,}[\w./-]*""", path.read_text())

    assert [each for each in addresses if not each.endswith("www.w3.org/2000/svg")] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_makes_no_markup_from_text(path):
    forbidden = (
        r"innerHTML|outerHTML\s*=|insertAdjacentHTML|document\.write|\beval\b|new Function"
        r"|setAttribute\(\s*[\"']on|\.style\b|srcdoc"
    )

    assert re.findall(forbidden, path.read_text()) == []


@pytest.mark.parametrize(
    "path", [path for path in TEXT_FILES if path.suffix == ".html"], ids=lambda path: path.name
)
def test_a_template_switches_no_escaping_off(path):
    assert re.findall(r"\|\s*safe|autoescape off|mark_safe", path.read_text()) == []


def test_the_vendored_files_are_the_ones_that_were_checked():
    listed = re.findall(r"\| `([\w.-]+)` \|.*\| `([0-9a-f]{64})` \|", _readme())

    assert {name for name, _ in listed} == {path.name for path in _vendored().glob("*.js")}
    for name, digest in listed:
        assert hashlib.sha256((_vendored() / name).read_bytes()).hexdigest() == digest


def test_motion_and_forced_colours_follow_the_readers_system():
    assert "prefers-reduced-motion: reduce" in STYLES
    assert "forced-colors: active" in STYLES


def _vendored():
    return STATIC / "vendor"


def _readme():
    return (_vendored() / "README.md").read_text()
