"""Associative memories: patterns become valleys of an energy, and a damaged pattern rolls down into the nearest one.

Read in this order: `storage` (how patterns become weights), `energy` (what recall lowers and how results are judged),
`recall` (the classic updates), `modern` (softmax instead of weights), `memory` (both kinds as one), `trainer` (a run),
`fixed_points`, `capacity`.
"""
