"""Growth and selection: hires and leavers that close a year on its target; exactly as many as asked."""

from __future__ import annotations

from typing import Any

import numpy as np

import workforce_sim as ws
from workforce_sim.engine.sampling import ranking, scaled_risks, smallest
from workforce_sim.money import ppm


def _hires(case: dict[str, Any]) -> dict[str, Any]:
    plan = ws.hires_needed(case["start"], case["growth"], case["q_experienced"], case["n_new_hire"])
    return {
        "hires": plan.hires,
        "exp_terms": plan.terminations,
        "new_hire_terms": plan.hire_terminations,
        "end": plan.target,
    }


def _exactly_as_many(case: dict[str, Any]) -> dict[str, Any]:
    n, share = case["n"], case["target"]
    leavers = ws.hires_needed(n, 0.0, share, 0.0).terminations
    order = ranking(scaled_risks(np.ones(n, dtype=np.int64), ppm(leavers)), np.linspace(0.05, 0.95, n))
    chosen = smallest(order, np.arange(n, dtype=np.uint64), leavers, "terminations")
    return {"selected": int(chosen.sum()), "jasmine_i_le_target_n_bug": sum(i <= share * n for i in range(n))}


ANSWERS = {"HIRES-1000-0.03": _hires, "ALIGN-COUNT": _exactly_as_many}
