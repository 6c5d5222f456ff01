"""The catalogue of requirements: what a bank must do, by which clause, and how it is judged."""

from conformance.catalogue.coverage import (
    Ask,
    Asked,
    Coverage,
    Shared,
    SignIn,
    advises,
    asks,
    covers,
    shares,
    signs_in,
)
from conformance.catalogue.load import load
from conformance.catalogue.model import Area, Catalogue, Check, Level, Requirement, Severity, Source

__all__ = [
    "Area",
    "Ask",
    "Asked",
    "Catalogue",
    "Check",
    "Coverage",
    "Level",
    "Requirement",
    "Severity",
    "Shared",
    "SignIn",
    "Source",
    "advises",
    "asks",
    "covers",
    "load",
    "shares",
    "signs_in",
]
