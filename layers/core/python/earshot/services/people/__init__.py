"""Use cases on people: manage, find, export, erase and suppress."""
