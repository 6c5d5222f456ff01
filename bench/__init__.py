"""How much the suite costs beside a bare `requests` script that makes the same exchanges."""
