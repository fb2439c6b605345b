"""A convolutional network reads digits and faces, every layer open."""
