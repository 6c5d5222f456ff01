"""`make bench`: the suite beside a bare script, in turn, in one go; what is printed was measured just now.

`python -m bench quick` leaves out the whole selftest and the whole test command, which take minutes.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench.tape import record_run, save
from conformance.launch import EmbeddedBank

ROUNDS = 3
LATENCY = "0.02"
_FLOW = ("discovery", "authorization", "token", "refresh", "bearer", "id_token")
_LONG = (
    ("(f) every deviant against every scenario", [sys.executable, "-m", "conformance.selftest"], 600.0),
    ("(g) make test", ["make", "test"], 300.0),
)
SCRIPT = Path(__file__).with_name("script.py")


@dataclass(frozen=True)
class Suite:
    """One run of the suite as a process of its own; seconds, bytes and MiB.

    Args:
        seconds: from the start of the process to its end, reports included.
        first_request: from the start of the process.
        judging: from the first request to the last verdict.
    """

    seconds: float
    first_request: float
    judging: float
    exchanges: int
    evidence: int
    memory: float
    outcome: str


@dataclass(frozen=True)
class Bare:
    """One run of the script; its own search for what the bank made new is not counted.

    Args:
        seconds: from the start of the process to its end.
        requests: inside `requests` alone.
        as_taped: of the exchanges, those that had the status that the suite received.
    """

    seconds: float
    requests: float
    exchanges: int
    as_taped: int


@contextmanager
def bank(*words: str) -> Iterator[Path]:
    """A fresh bank, for one run."""
    with EmbeddedBank(words) as embedded:
        yield embedded.profile


def suite(*words: str, select: Sequence[str] = ()) -> Suite:
    """Run the suite against a fresh bank.

    Args:
        words: for the bank.
        select: areas; empty means everything.
    """
    with bank(*words) as profile, tempfile.TemporaryDirectory(prefix="bench-") as reports:
        began = time.time()
        command = [sys.executable, "-m", "conformance", "run", "--target", str(profile), "--reports", reports]
        memory, _ = _run([*command, "--quiet", *(word for area in select for word in ("--select", area))])
        seconds = time.time() - began
        evidence = next(Path(reports).glob("*/*/evidence.ndjson"))
        events = [json.loads(line) for line in evidence.read_text(encoding="utf-8").splitlines()]
        sent = [event["sent"] for event in events if event["event"] == "exchange"]
        first = datetime.fromisoformat(min(sent)).timestamp() - began
        last = datetime.fromisoformat(events[-1]["ended"]).timestamp() - began
        outcome = json.loads(evidence.with_name("verdicts.json").read_text(encoding="utf-8"))["outcome"]
        return Suite(seconds, first, last - first, len(sent), evidence.stat().st_size, memory, outcome)


def bare(tape: Path, *words: str) -> Bare:
    """Play the tape against a fresh bank."""
    with bank(*words) as profile:
        began = time.time()
        _, out = _run([sys.executable, str(SCRIPT), str(tape), str(profile)])
        told = json.loads(out)
        return Bare(
            time.time() - began - told["bookkeeping"], told["requests"], told["exchanges"], told["as_taped"]
        )


def _run(command: list[str]) -> tuple[float, str]:
    """Run to the end; its peak memory in MiB and its output."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own modules
    out = process.stdout.read() if process.stdout else ""
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_maxrss / 1024, out


def compare(tape: Path, *words: str) -> tuple[list[Suite], list[Bare]]:
    """The two in turn."""
    pairs = [(suite(*words), bare(tape, *words)) for _ in range(ROUNDS)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def main() -> None:
    """Measure and print; exit 1 where a bound is exceeded."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        tape = Path(folder) / "tape.json"
        with bank() as profile:
            save(record_run(profile), tape)
        slow = compare(tape, "--latency", LATENCY)
        fast = compare(tape)
    held = [_latency(*slow), _overhead(*fast), _start(fast[0]), _whole(fast[0]), _flow()]
    if "quick" not in sys.argv[1:]:
        held += [_timed(*command) for command in _LONG]
    sys.exit(0 if all(held) else 1)


def _latency(runs: list[Suite], scripts: list[Bare]) -> bool:
    ratio = statistics.median(run.seconds / script.seconds for run, script in zip(runs, scripts, strict=True))
    print(
        f"(a) {LATENCY} s added to each answer, {runs[0].exchanges} exchanges ({scripts[0].exchanges} bare,"
        f" {scripts[0].as_taped} with the same status)"
    )
    print(
        f"    suite {_spread([run.seconds for run in runs])} s, script {_spread([s.seconds for s in scripts])} s"
    )
    return _bound("    suite / script", ratio, 1.2)


def _overhead(runs: list[Suite], scripts: list[Bare]) -> bool:
    pairs = list(zip(runs, scripts, strict=True))
    whole = statistics.median((run.seconds - script.seconds) * 1000 / run.exchanges for run, script in pairs)
    added = statistics.median((run.judging - script.requests) * 1000 / run.exchanges for run, script in pairs)
    print(f"(b) no latency, first request to last verdict: suite {_spread([run.judging for run in runs])} s,")
    print(f"    script, inside requests alone: {_spread([script.requests for script in scripts])} s")
    print(f"    whole processes, start and reports included, differ by {whole:.2f} ms per exchange")
    return _bound("    added per exchange, ms", added, 3)


def _start(runs: list[Suite]) -> bool:
    return _bound("(c) start to first request, s", statistics.median(run.first_request for run in runs), 1)


def _whole(runs: list[Suite]) -> bool:
    run = runs[0]
    print(
        f"(d) evidence {run.evidence / run.exchanges:.0f} bytes per exchange, peak memory {run.memory:.0f} MiB"
    )
    print(f"    outcome of the measured runs: {', '.join(sorted({each.outcome for each in runs}))}")
    return _bound("(e) the whole scope, s", statistics.median(run.seconds for run in runs), 30)


def _flow() -> bool:
    run = suite(select=_FLOW)
    return _bound(f"    the flow's six areas alone, {run.exchanges} exchanges, s", run.seconds, 10)


def _timed(what: str, command: list[str], bound: float) -> bool:
    """A command whose success counts too."""
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own commands
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    print(f"{what}: exit {done.returncode}; {lines[-1].strip() if lines else ''}")
    return _bound("    s", time.monotonic() - began, bound) and done.returncode == 0


def _spread(figures: list[float]) -> str:
    return f"{statistics.median(figures):.2f} ({min(figures):.2f} to {max(figures):.2f})"


def _bound(what: str, figure: float, bound: float) -> bool:
    held = figure <= bound
    print(f"{what}: {figure:.2f} (bound {bound:g}{'' if held else ', EXCEEDED'})")
    return held


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
