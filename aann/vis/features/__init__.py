"""Feature visualisation: pictures that a part of a model answers to most.

Start with ``visualise``. ``objectives`` say what is to be high, ``parametrisations`` what the
optimiser moves instead of pixels, ``transforms`` what a picture has to survive.
"""
