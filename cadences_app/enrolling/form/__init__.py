"""The form of a cadence and the definition that it stands for."""
