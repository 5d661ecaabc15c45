"""eOne's SmartConnect.com scheduler API imitated."""
