"""Builds the web pages' files (style, script, fonts; English words) when they have changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command

from forsyn.interfaces.translations import compile_translations


def build_web_assets() -> bool:
    """Whether something was built; nothing is when the sources are as they were."""
    compile_translations()
    digest = _digest_of_sources()
    stamp = Path(settings.STATIC_ROOT) / "sources.sha256"
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest, encoding="ascii")
    return True


def _digest_of_sources() -> str:
    digest = hashlib.sha256()
    for finder in finders.get_finders():
        for path, storage in finder.list(ignore_patterns=[]):  # type: ignore[no-untyped-call]
            digest.update(path.encode() + b"\0")
            digest.update(storage.open(path).read())
    return digest.hexdigest()
