"""Where scenarios, fixtures and profiles are: beside the package in a checkout, inside it when installed."""

from pathlib import Path

_INSIDE = Path(__file__).parent / "_shipped"
ROOT = _INSIDE if _INSIDE.is_dir() else Path(__file__).parent.parent
SCENARIOS = ROOT / "scenarios"
PROFILES = ROOT / "fixtures" / "profiles"
