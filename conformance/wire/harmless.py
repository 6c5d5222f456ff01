"""What evidence may hold as it is: parameters, members and headers that name no secret and no person."""

from __future__ import annotations

PARAMETERS = frozenset(
    """
    acr_values action client_assertion_type client_id code_challenge_method display error
    error_description error_uri expires_in grant_type iss max_age prompt redirect_uri response_mode
    response_type scope suite_probe token_type token_type_hint
    """.split()
)

MEMBERS = frozenset(
    """
    currency error error_description error_uri expires_in scope status token_type
    """.split()
)

HEADERS = frozenset(
    """
    accept access-control-allow-credentials access-control-allow-headers
    access-control-allow-methods access-control-allow-origin age allow cache-control connection
    content-encoding content-language content-length content-security-policy content-type
    cross-origin-opener-policy cross-origin-resource-policy date expires host keep-alive origin
    permissions-policy pragma referrer-policy retry-after server strict-transport-security
    transfer-encoding user-agent vary www-authenticate x-content-type-options x-frame-options
    x-xss-protection
    """.split()
)

# plain where the value looks like a code, whoever sends it
CODES = frozenset(
    """
    acceptedAuthenticationApproach appliedAuthenticationApproach balanceType cashAccountType categoryPurpose
    chargeBearer creditDebitIndicator executionRule frequency localInstrument paymentInformationStatus
    psuStatus result schemeName serviceLevel statusReasonInformation transactionStatus usage
    """.split()
)

# what opens a PSU's approval or confirms it: secret also where accounts and names are synthetic
APPROVALS = frozenset(
    """
    confirmationCode consentApproval nonce scaOAuth scaRedirect
    """.split()
)

PRIVATE_JWK = frozenset(
    """
    d dp dq k oth p q qi
    """.split()
)
