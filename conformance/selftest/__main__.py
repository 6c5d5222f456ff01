"""`psd2-conformance selftest`: the instrument's own calibration."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import click

from conformance.bank import deviants
from conformance.catalogue import load
from conformance.selftest.matrix import Matrix, Result, calibrate


@click.command()
@click.option("--json", "json_file", type=Path, metavar="FILE", help="Write the result as JSON.")
@click.option("--area", "areas", multiple=True, help="Deviants of this area only, judged by its scenarios.")
@click.option("--deviant", "ids", multiple=True, metavar="ID", help="This deviant only.")
@click.option(
    "--everything", is_flag=True, help="With --area or --deviant: let the scenarios of all areas judge."
)
@click.option("--own-area", is_flag=True, help="Let only the scenarios of its own area judge each deviant.")
@click.option("--workers", type=click.IntRange(1), help="Processes; as many as there are cores otherwise.")
def main(
    json_file: Path | None,
    areas: tuple[str, ...],
    ids: tuple[str, ...],
    everything: bool,
    own_area: bool,
    workers: int | None,
) -> None:
    """Let the scenarios judge the reference bank and every deviant.

    Exit 0: the reference is green and each deviant turned red what it declares and nothing else; else 1.
    """
    started = time.perf_counter()
    chosen = _choose(areas, ids)
    select = () if everything or not areas else areas
    matrix = calibrate(chosen, select, own_area=own_area, workers=workers, tell=_tell)
    _summarize(matrix, time.perf_counter() - started)
    if json_file:
        json_file.write_text(json.dumps(matrix.as_json(), indent=2) + "\n", encoding="utf-8")
    sys.exit(0 if matrix.sound else 1)


def _choose(areas: tuple[str, ...], ids: tuple[str, ...]) -> list[deviants.Deviant]:
    registry, catalogue = deviants.load(), load()
    unknown = [name for name in ids if name not in registry]
    unknown += [name for name in areas if name not in {area.name for area in catalogue.areas}]
    if unknown:
        raise click.UsageError(f"unknown: {', '.join(unknown)}")
    order = [name for requirement in catalogue.requirements for name in requirement.deviants]
    known = [registry[name] for name in order if name in registry]
    return [
        entry
        for entry in known
        if (not ids or entry.deviant_id in ids) and (not areas or catalogue[entry.requirement].area in areas)
    ]


def _tell(result: Result) -> None:
    if result.sound:
        return
    notes = [] if result.caught else ["NOT CAUGHT"]
    notes += [f"also red: {', '.join(result.collateral)}"] if result.collateral else []
    notes += [f"declared but not red: {', '.join(result.missing)}"] if result.missing else []
    notes += [result.trial.error] if result.trial.error else []
    click.echo(f"{result.deviant.deviant_id} {result.deviant.name}: {'; '.join(notes)}")


def _summarize(matrix: Matrix, seconds: float) -> None:
    reference = matrix.reference
    green = "green" if matrix.green else "NOT GREEN"
    click.echo(
        f"reference bank: {green}; {len(reference.verdicts)} requirements, {reference.scenarios} scenarios, "
        f"{reference.exchanges} exchanges in {reference.seconds:.1f} s"
    )
    for name in (*reference.red, *reference.open):
        click.echo(f"  {name} {reference.verdicts[name]}: {reference.reasons.get(name, '')}")
    if reference.error:
        click.echo(f"  {reference.error}")
    caught = sum(result.caught for result in matrix.results)
    alone = sum(result.sound for result in matrix.results)
    click.echo(f"deviants: {caught} of {len(matrix.results)} caught, {alone} of them alone; {seconds:.0f} s")


if __name__ == "__main__":
    main()
