"""Circuits written by hand: one to a file, with its claim, constants and program."""
