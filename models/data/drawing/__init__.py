"""From a drawing or a photograph to what a network sees."""
