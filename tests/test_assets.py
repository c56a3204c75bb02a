"""The vendored web assets are those that `assets.lock.toml` pins."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
ASSETS = REPOSITORY / "src" / "forsyn" / "interfaces" / "assets"
LOCK = tomllib.loads((REPOSITORY / "assets.lock.toml").read_text())


@pytest.mark.parametrize("package", sorted(LOCK))
def test_the_kept_files_are_the_pinned_ones_and_no_others(package: str) -> None:
    found = {
        file.relative_to(ASSETS).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in (ASSETS / package).rglob("*")
        if file.is_file()
    }
    assert found == LOCK[package]["files"]
    assert LOCK[package]["integrity"].startswith("sha512-")


def test_every_file_that_a_stylesheet_names_is_there_and_ours() -> None:
    for stylesheet in ASSETS.rglob("*.css"):
        for address in re.findall(r"url\(([^)]+)\)", stylesheet.read_text()):
            assert not address.startswith(("http", "//", "data:")), f"{stylesheet.name} asks {address}"
            assert (stylesheet.parent / address).resolve().is_file(), f"{stylesheet.name} names {address}"


def test_licences_lie_beside_the_files() -> None:
    names = {file.name for file in (ASSETS / "dkfds").rglob("*")}
    assert {"LICENSE.md", "LICENSE-Apache-2.0.txt", "license.txt"} <= names
