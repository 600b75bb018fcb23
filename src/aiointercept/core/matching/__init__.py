"""What a request is compared with, and how a difference is explained."""
