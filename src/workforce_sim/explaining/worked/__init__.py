"""One person's figures of a plan year, worked out step by step as the chapters of ``docs/model`` have it."""
