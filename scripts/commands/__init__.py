"""One file per command of `tepos`."""
