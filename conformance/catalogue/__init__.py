"""The catalogue of requirements: what a bank must do, by which clause, and how it is judged."""

from conformance.catalogue.coverage import Coverage, advises, asks, covers
from conformance.catalogue.load import load
from conformance.catalogue.model import Area, Catalogue, Check, Level, Requirement, Severity, Source

__all__ = [
    "Area",
    "Catalogue",
    "Check",
    "Coverage",
    "Level",
    "Requirement",
    "Severity",
    "Source",
    "advises",
    "asks",
    "covers",
    "load",
]
