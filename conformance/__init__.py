"""Says whether a bank's PSD2 interface behaves as law, standards and the bank's own documentation say."""

__version__ = "0.1.0"
