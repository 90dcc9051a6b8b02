"""The long run: simulated people over weeks, everything that goes wrong on the way, and a verifier of the mails."""
