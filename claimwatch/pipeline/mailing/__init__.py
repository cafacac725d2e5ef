"""How mail leaves and comes back: the outbox drained, doubts settled, letters of other kinds, returned mail."""
