"""What a broken flow takes with it: requirements that several deviants turn red in consequence."""

#: The journeys end with a code and an answer of the API; payments and funds rest on them.
BROKEN_JOURNEYS = ("sca-aisp-3skey", "sca-aisp-secure-access", "sca-cbpii-3skey", "sca-cbpii-secure-access")
