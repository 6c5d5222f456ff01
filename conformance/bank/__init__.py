"""The embedded bank: an island that is handed its clock, keys and trust anchors."""
