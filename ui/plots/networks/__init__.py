"""Networks drawn as layers, units and wires."""
