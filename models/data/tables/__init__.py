"""Tables: text files with one row per point, as people really have them; one file for each thing to find out."""
