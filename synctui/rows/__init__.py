"""What a worksheet's rows say against what its passport remembers. Pure."""
