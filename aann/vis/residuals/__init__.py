"""Figures of the residual lab, each of one measurement alone.

A file here is named after that of ``aann.residuals`` whose result it draws.

Start with ``kinds``; ``panels`` is what they share.
"""
