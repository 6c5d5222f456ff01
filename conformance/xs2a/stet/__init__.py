"""The dialect STET PSD2 API 1.4."""
