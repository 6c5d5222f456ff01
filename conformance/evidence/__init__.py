"""What a run has seen, written as it happens and read back."""
