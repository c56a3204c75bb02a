"""Which instance may be the demo, which shows everybody's codes to anybody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from forsyn.config.instance import Instance, InstanceError

PRODUCTION = "postgresql://app@db.nordby.example/forsyn"


def instance(name: str, database_url: str | None = None) -> Instance:
    return Instance(name, Path("utility.toml"), database_url, database_url, Path("state"))


@pytest.mark.parametrize("name", ["demo", "portal_demo"])
def test_the_demo_is_an_instance_of_its_own(name: str) -> None:
    assert instance(name).is_demo(asked=True)
    assert not instance(name).is_demo(asked=False)


def test_an_ordinary_instance_is_never_the_demo() -> None:
    assert not instance("nordby", PRODUCTION).is_demo(asked=False)
    with pytest.raises(InstanceError, match="unset FORSYN_DEMO"):
        instance("nordby").is_demo(asked=True)


def test_the_demo_never_touches_a_database_by_url() -> None:
    with pytest.raises(InstanceError, match="Unset DATABASE_URL"):
        instance("demo", PRODUCTION).is_demo(asked=True)


def test_the_demo_command_refuses_a_database_by_url_in_one_line(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("FORSYN", "DJANGO"))}
    environment |= {"DATABASE_URL": PRODUCTION, "FORSYN_STATE_DIR": str(tmp_path)}
    command = "import sys; sys.argv = ['forsyn', 'demo', '--reset']; from forsyn.config.command import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", command], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "The demo runs on the embedded PostgreSQL only" in done.stderr
    assert "Traceback" not in done.stderr
