"""The dashboard: links, their state, pulls and pushes on one screen of a terminal."""
