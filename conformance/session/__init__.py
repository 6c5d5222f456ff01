"""What a scenario is handed: the ASPSP, TPPs in their roles, the PSUs and their patience."""

from conformance.exchange import Exchange
from conformance.oauth.authorization import AuthorizationResponse
from conformance.oauth.landing import Landing, Landings
from conformance.oauth.token import TokenRequest
from conformance.session.aspsp import Aspsp
from conformance.session.patience import Patience
from conformance.session.psu import Psu
from conformance.session.session import Session
from conformance.session.tpp import Tpp

__all__ = [
    "Aspsp",
    "AuthorizationResponse",
    "Exchange",
    "Landing",
    "Landings",
    "Patience",
    "Psu",
    "Session",
    "TokenRequest",
    "Tpp",
]
