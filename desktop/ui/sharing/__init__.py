"""What is said to others on the network: whether they may follow, who does, and how."""
