"""From numbers to a decision: the value of a key that meets a target, the best of many designs."""
