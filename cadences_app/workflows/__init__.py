"""Workflows: when something happens to an enrollment, do this (S9).

They hear what the runner decided (`plan`, in its transaction) and act afterwards, each run once (`work`).
"""
