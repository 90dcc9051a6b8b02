"""From the rows of a CSV file to responses, each counted once however often it is imported."""
