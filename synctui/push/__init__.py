"""Carrying out a plan: the journal's intents, the calls, the worksheet's marks."""
