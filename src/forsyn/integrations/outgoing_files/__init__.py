"""Files that wait to be fetched by who carries them out: whole batches in a folder, or nothing."""
