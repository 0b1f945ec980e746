"""A census: read and check it, complete it, or invent one."""

from workforce_sim.census.read import SYNTHETIC, Census, check_census, read_census

__all__ = ["SYNTHETIC", "Census", "check_census", "read_census"]
