"""What a scenario is handed: the ASPSP, TPPs in their roles, the PSUs and their patience."""

from conformance.psu.landing import Landing, Landings
from conformance.session.aspsp import Aspsp
from conformance.session.patience import Patience
from conformance.session.psu import Psu
from conformance.session.session import Session
from conformance.session.tpp import Tpp

__all__ = ["Aspsp", "Landing", "Landings", "Patience", "Psu", "Session", "Tpp"]
