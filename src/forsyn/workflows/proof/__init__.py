"""Each promise of the policy, tried on the live database. `prove.prove` is the way in."""
