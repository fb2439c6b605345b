"""Many runs at once: what is to be run, running it, and what came of it. Knows no terminal."""
