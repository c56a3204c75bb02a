"""Files for a person to take home: a ZIP with tables as CSV."""
