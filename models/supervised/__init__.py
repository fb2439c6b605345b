"""Learning from examples with known answers: what all such networks share."""
