"""`python -m conformance` is `psd2-conformance`."""

from conformance.cli import main

main(prog_name="psd2-conformance")
