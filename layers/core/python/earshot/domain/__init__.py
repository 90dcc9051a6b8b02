"""What Earshot knows and decides, in plain Python: no AWS, no clock, no input or output."""
