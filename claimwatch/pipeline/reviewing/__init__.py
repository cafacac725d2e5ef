"""What analysts do: the queue, their decisions and what these change, names in doubt, samples to label."""
