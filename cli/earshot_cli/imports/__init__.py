"""From the rows of a CSV file to responses and people, each there once however often it is imported."""
