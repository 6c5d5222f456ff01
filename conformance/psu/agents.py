"""Who plays a PSU: the agent that the profile names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.psu.agent import FormAgent
from conformance.target.model import Profile
from conformance.wire.recorder import Recorder

if TYPE_CHECKING:
    from conformance.psu.browser_agent_chromium import Chromium

# the other agents are imported where a profile names them: a run with forms alone starts without them


def lacking(profile: Profile) -> list[tuple[str, str]]:
    """What the agents of a profile lack on this machine: the key that names the agent, and what is missing."""
    wanting = [f"psu.{name}.agent" for name, psu in profile.psu.items() if psu.agent == "browser"]
    if not wanting:
        return []
    from conformance.psu.browser_agent_chromium import missing

    reason = missing()
    return [(key, reason) for key in wanting if reason]


class Agents:
    """Makes the agents of one run; those that need a browser share one.

    Args:
        profile: names the PSUs and their agents.
        recorder: where their steps are written.
    """

    def __init__(self, profile: Profile, recorder: Recorder) -> None:
        self._profile = profile
        self._recorder = recorder
        self._chromium: Chromium | None = None

    def agent(self, name: str) -> FormAgent:
        """The agent of a PSU of the profile."""
        psu, recorder = self._profile.psu[name], self._recorder
        if psu.agent == "browser":
            return self._browser_agent(name)
        if psu.agent == "operator":
            from conformance.psu.operator import OperatorAgent

            return OperatorAgent(name, psu, recorder)
        return FormAgent(name, psu, recorder)

    def close(self) -> None:
        """Let go of the browser."""
        if self._chromium:
            self._chromium.close()

    def _browser_agent(self, name: str) -> FormAgent:
        from conformance.psu.browser_agent import BrowserAgent
        from conformance.psu.browser_agent_chromium import Chromium

        self._chromium = self._chromium or Chromium()
        psu, synthetic = self._profile.psu[name], self._profile.synthetic_data
        return BrowserAgent(name, psu, self._recorder, self._chromium, synthetic=synthetic)
