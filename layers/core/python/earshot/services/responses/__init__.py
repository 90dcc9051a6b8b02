"""Use cases on responses: submit, record, revise, withdraw, erase, import, retain."""
