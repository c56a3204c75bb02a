from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """btree_gist: no overlap in exclusion constraints; pg_trgm: search in names. Both are trusted extensions."""

    initial = True
    dependencies = []
    operations = [BtreeGistExtension(), TrigramExtension()]
