"""Runs, ensembles and comparisons for other programs, over HTTP: submit, watch, cancel, fetch.

Start at ``app``, the places of the API. ``asked`` is what may be asked, ``index`` keeps it on disk, ``jobs`` has it
carried out by processes (``worker``, and within them ``work``), ``door`` stands before everything. FastAPI and uvicorn
come with the extra ``api``, and only ``app`` and ``serving`` need them.
"""
