"""Celigo's integrator.io imitated: two regions, saved and virtual exports and imports, and the systems behind them."""
