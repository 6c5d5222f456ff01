"""Reports: made from evidence and the catalogue alone, never from a live run."""

from conformance.report.make import make_reports

__all__ = ["make_reports"]
