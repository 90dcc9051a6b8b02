"""Use cases on invitations: invite, remind, send, receive feedback, show pages."""
