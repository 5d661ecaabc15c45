"""What can still be done about a run that is over: settled, taken back, resumed, listed."""
