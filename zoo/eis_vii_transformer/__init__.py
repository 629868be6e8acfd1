"""The second of two challenges for mechanists: a transformer whose labels come from a secret rule.

Stephen Casper, "EIS VII: A Challenge for Mechanists" (2023), analysed by Stefan Heimersheim and
Marius Hobbhahn. ``model`` is the network, ``planes`` the published labels, ``halves`` says which
pairs it was trained on, and ``data`` has them as examples.
"""
