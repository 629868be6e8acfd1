"""InceptionV1 as Torch and as Distill published it: ``zoo.load("inceptionv1")``.

Start with ``model``; ``inception5h`` reads the checkpoint of Distill, ``layers`` and ``winograd``
are its operations, ``distill_units`` the channel numbers of the articles.
"""
