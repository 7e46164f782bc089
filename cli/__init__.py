"""The other front door: the command line `fourfold`, thin; what it does lies in the rooms below."""
