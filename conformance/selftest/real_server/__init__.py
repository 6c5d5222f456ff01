"""A real authorization server, npm's oidc-provider, configured as the bank of the document; see README.md."""

from conformance.selftest.real_server.launcher import Node, RealServer
from conformance.selftest.real_server.mutations import MUTATIONS
from conformance.selftest.real_server.packages import RealServerError, unavailable

__all__ = ["MUTATIONS", "Node", "RealServer", "RealServerError", "unavailable"]
