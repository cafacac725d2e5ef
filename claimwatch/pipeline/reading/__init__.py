"""What a read does: ask, keep the bytes, parse, hold against what is stored, compare, write."""
