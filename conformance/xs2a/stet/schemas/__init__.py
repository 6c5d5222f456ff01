"""JSON Schemas of STET's answers, in our own words; further members are welcome everywhere."""
