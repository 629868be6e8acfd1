"""Reading other people's checkpoints without running anything that is in them.

Start with ``checkpoint`` (any format); ``torch_file`` reads PyTorch's, through a machine for
pickles of our own (``unpickle``, ``pickle_machine``) that refuses every unexpected name.
"""
