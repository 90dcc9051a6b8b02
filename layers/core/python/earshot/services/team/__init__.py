"""The members of the team, and the accounts that they look after."""
