"""Requests of persons under Art. 12–22: what was asked, by whom, until when, and what came of it."""
