"""Worksheets: where people edit records."""
