"""What SyncTUI keeps on this machine: the journal, the call budget, the metadata cache and tokens."""
