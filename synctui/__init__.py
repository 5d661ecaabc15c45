"""SyncTUI: one sync engine between SmartSimple, Celigo, eOne SmartConnect and Excel worksheets."""

__version__ = "0.1.0"
