"""RTS (EU) 2018/389, article 30(3) and (5): documentation for everybody, and a sandbox built like production."""

from conformance.catalogue import covers
from conformance.checks.published import expect_public, expect_same_capabilities, expect_same_security
from conformance.session import Aspsp


@covers("interface-documentation-public")
def test_anybody_reads_in_the_documentation_what_a_client_needs(aspsp: Aspsp) -> None:
    """Whoever wants to build a service learns how, without a contract and without paying."""
    page = aspsp.documentation()

    expect_public(page, aspsp.profile.published.key_words)


@covers("interface-sandbox-equivalent")
def test_the_sandbox_can_do_what_production_can_do(aspsp: Aspsp) -> None:
    """What cannot be tried in the sandbox is tried with customers."""
    both = aspsp.environments()

    expect_same_capabilities(both.sandbox, both.production)


@covers("interface-sandbox-equivalent")
def test_the_sandbox_is_secured_as_production_is(aspsp: Aspsp) -> None:
    """A client that works with a shared secret has not proved that it works with its QWAC."""
    both = aspsp.environments()

    expect_same_security(both.sandbox, both.production)
