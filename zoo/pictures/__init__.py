"""Pictures as examples: the sample images, a user's folder, data sets of TensorFlow Datasets.

Start with ``images`` (decoding and scaling); ``folder`` is a user's own, ``synsets`` knows which
class a name is, the ``tfds_`` files read prepared data sets without TensorFlow.
"""
