"""Two virtual weeks on a bundled sample world."""
