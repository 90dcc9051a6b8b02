"""What an operator does to a stack with AWS credentials: its resources found, its queues and counts mended."""
