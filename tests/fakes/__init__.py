"""In-memory ports; the contract suite in tests/integration/adapters keeps them honest."""
