"""The application: how it starts, runs training, keeps time and saves."""
