"""Whether tables keep the laws of the model, and whether a run on disk is what was written."""
