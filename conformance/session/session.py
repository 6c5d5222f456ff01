"""One run's session: built from a target, handed to scenarios by the fixtures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from conformance.catalogue import Asked
from conformance.errors import NotApplicable, Unobservable
from conformance.exchange import Exchange
from conformance.psu.agents import Agents
from conformance.session.administrator import Administrator
from conformance.session.aspsp import Aspsp
from conformance.session.known import Known
from conformance.session.party import Surroundings
from conformance.session.patience import Patience
from conformance.session.pisp import Pisp
from conformance.session.psu import Psu
from conformance.session.secrets import learn_secrets
from conformance.session.tpp import Tpp
from conformance.target.profile import Target
from conformance.wire.client import Wire
from conformance.wire.recorder import Recorder


class Session:
    """Everything that a run's scenarios share.

    Args:
        target: what is under test.
        recorder: where everything from outside is recorded.
        announce: told what is awaited and for how many seconds.
    """

    def __init__(
        self,
        target: Target,
        recorder: Recorder,
        announce: Callable[[str, int], None] = lambda _reason, _seconds: None,
    ) -> None:
        self.target = target
        self.recorder = recorder
        self._agents = Agents(target.profile, recorder)
        self._wire = Wire(target.profile.network, recorder)
        self.aspsp = Aspsp(target.profile, self._wire.client(), recorder)
        self._token_responses: list[Exchange] = []
        self.patience = Patience(target.profile.waiting, recorder, announce, self.aspsp.time_there)
        learn_secrets(recorder.redactor, target.profile)

    @cached_property
    def psus(self) -> list[Psu]:
        """The PSUs of the profile, in its order."""
        return [Psu(self._agents.agent(name), self.aspsp) for name in self.target.profile.psu]

    @cached_property
    def tpps(self) -> list[Tpp]:
        """The TPPs of the profile, in its order."""
        psu = self.psus[0] if self.psus else None
        around = Surroundings(self._wire, self.aspsp, self.recorder, psu, self._token_responses)
        found = []
        for name, profile in self.target.profile.tpp.items():
            identity = replace(profile.identity, name=name) if profile.identity else None
            found.append(Tpp(name, profile, around, self._wire.client(identity)))
        return found

    def close(self) -> None:
        """Let go of every connection to the bank, and of the PSUs' browser."""
        self._agents.close()
        self._wire.close()

    @property
    def token_responses(self) -> tuple[Exchange, ...]:
        """Every answer of the run so far that held tokens, in order."""
        self.recorder.cite(*self._token_responses)
        return tuple(self._token_responses)

    def second_tpp(self) -> Tpp:
        """The other TPP of the cross-client negatives; NotApplicable where the profile has none."""
        if len(self.tpps) < 2:
            raise NotApplicable("the profile has no second TPP")
        return self.tpps[1]

    def second_psu(self) -> Psu:
        """Another PSU; NotApplicable where the profile has none."""
        if len(self.psus) < 2:
            raise NotApplicable("the profile has no second PSU")
        return self.psus[1]

    def psu_that(self, precondition: str) -> Psu:
        """The first PSU of the profile that stands for a precondition of the catalogue, as `psu-cap`.

        Raises:
            NotApplicable: the profile has none.
        """
        if precondition == "psu" and self.psus:
            return self.psus[0]
        for psu in self.psus:
            if precondition in psu.profile.fits:
                return psu
        raise NotApplicable(f"the profile has no PSU that fits {precondition}")

    @cached_property
    def pisp(self) -> Pisp:
        """The first TPP at work as a PISP; NotApplicable where it is none."""
        return Pisp(self.tpps[0], self.target.profile.accounts)

    @cached_property
    def known(self) -> Known:
        """What the tester knows of the bank beside its interface."""
        return Known(self.target.profile)

    @cached_property
    def administrator(self) -> Administrator:
        """Changes rights during the run; NotApplicable where nobody can."""
        if self.target.profile.admin is None:
            raise NotApplicable("the profile names nobody who can change rights during the run (admin)")
        return Administrator(str(self.target.profile.admin.url), self.recorder)

    def planned_authentications(self, asked: Asked) -> dict[str, int]:
        """How often each PSU will have to authenticate at most, where the bank keeps it signed in.

        Args:
            asked: counts and sign-ins by precondition; `other-psu` is the second PSU.
        """
        found: dict[str, int] = {}
        for precondition, counts in asked.counts.items():
            psu = self._psu_if_any(precondition)
            if psu is not None:
                needed = sum(count if isinstance(count, int) else count(psu.profile) for count in counts)
                found[psu.name] = found.get(psu.name, 0) + needed
        once = {(self._psu_if_any(each.psu), each.tpp, str(each.waits)) for each in asked.sign_ins}
        once |= {(self._psu_if_any(each.psu), each.what, "") for each in asked.shared}
        for person, _what, _when in once:
            if person is not None:
                found[person.name] = found.get(person.name, 0) + 1
        return found

    def _psu_if_any(self, precondition: str) -> Psu | None:
        try:
            return self.second_psu() if precondition == "other-psu" else self.psu_that(precondition)
        except NotApplicable:
            return None

    def first_psu(self) -> Psu:
        """The PSU; Unobservable where the profile has none."""
        if not self.psus:
            raise Unobservable("the profile has no PSU that can be driven")
        return self.psus[0]
