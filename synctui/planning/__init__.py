"""What a push would send, in which calls and at what cost. Sends nothing."""
