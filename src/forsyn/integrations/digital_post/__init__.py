"""Messages to Digital Post, in its own format MeMo."""
