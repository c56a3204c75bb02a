"""Mails that come in: a mail box over IMAP, and what its mails say."""
