"""Certificates: the test authority that issues them, and the eIDAS profile that they follow."""
