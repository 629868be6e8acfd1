"""Figures. Nothing else in aann imports matplotlib; import the modules here where needed."""
