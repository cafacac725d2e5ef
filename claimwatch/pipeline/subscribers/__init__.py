"""Who is told: how subscribers come, choose and go."""
