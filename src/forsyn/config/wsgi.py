"""The WSGI application. It refuses to start while a column of the database is not declared."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forsyn.config.settings")
application = get_wsgi_application()

from forsyn.config.startup import refuse_undeclared  # noqa: E402 - needs Django set up

refuse_undeclared()
