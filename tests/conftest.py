"""Settings of the tests: no deadline, for a machine may be busy; the same examples each time unless asked otherwise.

On every change about a tenth of the examples that ``nox -s thorough`` draws.
A test that fails looks for a smaller example for half a minute, not for five, and tries no variations of it.
"""

import os

if "PYTEST_XDIST_WORKER" in os.environ:  # the workers share the cores; before anything imports Polars
    os.environ.setdefault("POLARS_MAX_THREADS", "1")

from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import engine

engine.MAX_SHRINKING_SECONDS = 30
_ALIKE = settings(
    deadline=None,
    phases=[phase for phase in Phase if phase is not Phase.explain],
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("ci", _ALIKE, derandomize=True, max_examples=9)
settings.register_profile("thorough", _ALIKE, derandomize=True)
settings.register_profile("nightly", _ALIKE, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
