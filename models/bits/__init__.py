"""One neuron finds out what binary digits are worth; a first network learns a truth table."""
