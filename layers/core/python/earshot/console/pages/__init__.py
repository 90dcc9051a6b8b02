"""The pages of the console, a module each: what one reads, and how it is shown."""
