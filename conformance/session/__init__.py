"""What a scenario is handed: the ASPSP, TPPs in their roles, the PSUs and their patience."""

from conformance.exchange import Exchange
from conformance.oauth.authorization import AuthorizationResponse
from conformance.oauth.landing import Landing, Landings, Proof
from conformance.oauth.token import TokenRequest
from conformance.psu.conduct import Conduct, Decision
from conformance.session.administrator import Administrator
from conformance.session.aspsp import Aspsp
from conformance.session.known import Known
from conformance.session.patience import Patience
from conformance.session.pisp import Order, Pisp
from conformance.session.psu import Psu
from conformance.session.session import Session
from conformance.session.tpp import Tpp
from conformance.xs2a.money import Money, euro
from conformance.xs2a.payment import Creditor, Defect, batch, instruction
from conformance.xs2a.payments import StatusGroup

__all__ = [
    "Administrator",
    "Aspsp",
    "AuthorizationResponse",
    "Conduct",
    "Creditor",
    "Decision",
    "Defect",
    "Exchange",
    "Known",
    "Landing",
    "Landings",
    "Money",
    "Order",
    "Patience",
    "Pisp",
    "Proof",
    "Psu",
    "Session",
    "StatusGroup",
    "TokenRequest",
    "Tpp",
    "batch",
    "euro",
    "instruction",
]
