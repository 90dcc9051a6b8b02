"""Pictures as plain SVG, for pages, mails and files: no library, no script, nothing from elsewhere."""
