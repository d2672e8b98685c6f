"""What all cloud engines share: which there are, whether they may be used, what they cost, what goes wrong there."""
