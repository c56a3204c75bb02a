"""Renews the vendored parts of the web pages (`make assets`; contributors only, needs npm).

`assets.lock.toml` pins each npm package by version and by the integrity of its archive, and each kept file by its
SHA-256. The program itself needs neither Node nor the network: the kept files are in the repository, and a test
compares them with the lock.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "assets.lock.toml"
ASSETS = ROOT / "src" / "forsyn" / "interfaces" / "assets"

# The weights that the stylesheet uses, in the two subsets that European names and our texts need. The ranges are
# the character maps of the font files; a browser fetches a subset only when a page has a character of it.
WEIGHTS = {"Regular": ("normal", 400), "Italic": ("italic", 400), "Medium": ("normal", 500)} | {
    "SemiBold": ("normal", 600),
    "Bold": ("normal", 700),
}
SUBSETS = {
    "Latin1": "U+0000,U+000D,U+0020-007E,U+00A0-00FF,U+0131,U+0152-0153,U+02C6,U+02DA,U+02DC,U+2013-2014,U+2018-201A,"
    "U+201C-201E,U+2020-2022,U+2026,U+2030,U+2039-203A,U+2044,U+20AC,U+2122,U+2212,U+FB01-FB02",
    "Latin2": "U+0100-0101,U+0104-0130,U+0132-0151,U+0154-017F,U+018F,U+0192,U+01A0-01A1,U+01AF-01B0,U+01FA-01FF,"
    "U+0218-021B,U+0237,U+0259,U+1E80-1E85,U+1E9E",
}
FONT_FACE = (
    "@font-face{{font-display:swap;font-family:IBM Plex Sans;font-style:{style};font-weight:{weight};"
    'src:url(../fonts/{file}) format("woff2");unicode-range:{characters}}}'
)
FONTS = "dist/fonts/IBMPlexSans/split/woff2"
HEADER = "# Pins the vendored web assets; `make assets` renews them, tests compare them. Written by tools/assets.py.\n"


class AssetError(RuntimeError):
    """The package is not what the lock says, or not of the known shape."""


def main() -> None:
    """Fetch what the lock pins; with `--renew dkfds@VERSION` pin another version first."""
    lock = tomllib.loads(LOCK.read_text()) if LOCK.exists() else {"dkfds": {}}
    wanted = sys.argv[2] if sys.argv[1:2] == ["--renew"] else f"dkfds@{lock['dkfds']['version']}"
    pinned = None if sys.argv[1:2] == ["--renew"] else lock["dkfds"]["integrity"]
    with tempfile.TemporaryDirectory() as folder:
        archive, version, integrity = _pack(wanted, Path(folder))
        if pinned not in {None, integrity}:
            raise AssetError(f"The archive of {wanted} has integrity {integrity}, but assets.lock.toml says {pinned}.")
        with tarfile.open(archive) as package:
            _write_files(package)
    _write_lock(version, integrity)


def _pack(wanted: str, folder: Path) -> tuple[Path, str, str]:
    done = subprocess.run(["npm", "pack", "--json", wanted], cwd=folder, check=True, capture_output=True, text=True)
    answer = json.loads(done.stdout)[0]
    archive = folder / answer["filename"]
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    return archive, answer["version"], integrity


def _write_files(package: tarfile.TarFile) -> None:
    target = ASSETS / "dkfds"
    stylesheet = _stylesheet(_read(package, "dist/css/dkfds.min.css").decode())
    files = {
        "css/dkfds.min.css": stylesheet.encode(),
        "js/dkfds.min.js": _without_source_map(_read(package, "dist/js/dkfds.min.js").decode()).encode(),
        "img/all-svg-icons.svg": _read(package, "dist/img/all-svg-icons.svg"),
        "LICENSE.md": _read(package, "LICENSE.md"),
        "fonts/license.txt": _read(package, f"{FONTS}/license.txt"),
    }
    for file in _font_files():
        files[f"fonts/{file}"] = _read(package, f"{FONTS}/{file}")
    for icon in sorted(set(re.findall(r"url\(\.\./(img/[^)]+)\)", stylesheet))):
        files[icon] = _read(package, f"dist/{icon}")
    for name, content in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _read(package: tarfile.TarFile, name: str) -> bytes:
    try:
        member = package.extractfile(f"package/{name}")
    except KeyError:
        member = None
    if member is None:
        raise AssetError(f"The package has no {name}: its shape changed, so tools/assets.py must follow.")
    return member.read()


def _font_files() -> Iterator[str]:
    for weight in WEIGHTS:
        for subset in SUBSETS:
            yield f"IBMPlexSans-{weight}-{subset}.woff2"


def _stylesheet(css: str) -> str:
    """The theme with fonts of our choice, and without its placeholder logos and its source map."""
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = re.sub(r"background-image:url\(\.\./img/logo-[a-z-]*\.png\);?", "", css)
    faces = "".join(
        FONT_FACE.format(style=style, weight=number, file=f"IBMPlexSans-{weight}-{subset}.woff2", characters=characters)
        for weight, (style, number) in WEIGHTS.items()
        for subset, characters in SUBSETS.items()
    )
    charset = '@charset "UTF-8";'
    css = _without_source_map(css)
    return charset + faces + css.removeprefix(charset) if css.startswith(charset) else faces + css


def _without_source_map(text: str) -> str:
    return re.sub(r"\n?(?:/\*|//)# sourceMappingURL=\S+?(?:\*/)?\s*$", "\n", text)


def _write_lock(version: str, integrity: str) -> None:
    lines = [HEADER, "[dkfds]", f'version = "{version}"', f'integrity = "{integrity}"', "", "[dkfds.files]"]
    for file in sorted(path for path in (ASSETS / "dkfds").rglob("*") if path.is_file()):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        lines.append(f'"{file.relative_to(ASSETS).as_posix()}" = "{digest}"')
    LOCK.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    try:
        main()
    except FileNotFoundError:
        sys.exit("`make assets` needs npm, which is not on this machine. Nothing else in this project does.")
    except (AssetError, subprocess.CalledProcessError) as error:
        sys.exit(f"Error: {error}")
