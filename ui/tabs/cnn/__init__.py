"""The CNN tab."""
