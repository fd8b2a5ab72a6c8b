"""A backup is one file: store, ledger, imports, weather, spool and town as they all were at one instant.

fault.py       why there is no backup, or why one cannot be trusted
manifest.py    what a backup says of itself, and the bounds within which a reader believes it
instant.py     one instant of several databases that others go on writing
soundness.py   what a database of a backup is, and whether it holds together
archive.py     manifest and files as one compressed tar, written and read as a stream
progress.py    a bar on a terminal, nothing elsewhere
create.py      from a data directory to a backup
restore.py     from a backup to an empty data directory, or to a verdict
"""
