"""The Excel add-in: a ribbon tab whose buttons start SyncTUI on the open workbook."""
