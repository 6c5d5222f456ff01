"""Registers the suite's pytest plugin and the fixtures of a run."""

pytest_plugins = [
    "conformance.plugin",
    "fixtures.session",
    "fixtures.people",
    "fixtures.entitlements",
    "fixtures.interface",
    "fixtures.token",
    "fixtures.id_token",
    "fixtures.authorization",
    "fixtures.refresh",
    "fixtures.refresh_use",
    "fixtures.bearer",
    "fixtures.keeping",
    "fixtures.sca",
    "fixtures.pisp",
    "fixtures.aisp",
    "fixtures.cbpii",
]
