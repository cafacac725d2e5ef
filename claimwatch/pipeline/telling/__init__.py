"""What is told: which findings, in which edition, to whom, and what may be done with one that is frozen."""
