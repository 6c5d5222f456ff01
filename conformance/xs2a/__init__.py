"""Access to accounts: what AISP, PISP and CBPII ask of a bank, whatever its dialect."""
