"""The bank's STET 1.4.2 interface: HTTP over the corporate bank, which decides everything that is no HTTP."""
