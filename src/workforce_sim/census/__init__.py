"""A census: read and check it, complete it, or make a synthetic one."""

from workforce_sim.census.read import SYNTHETIC, Census, check_census, read_census

__all__ = ["SYNTHETIC", "Census", "check_census", "read_census"]
