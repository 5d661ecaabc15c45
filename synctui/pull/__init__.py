"""A source's records, into a worksheet or a file, whole or not at all."""
