"""Journeys: the way of a person from record to record, through stages of different modules (S9.5).

A save notes which stages its record meets (`noting`, in its transaction); a worker finds the chain that the
record belongs to (`chains`), decides on its way (`way`, pure), and lets it leave and enter stages (`moving`,
`acting`).
"""
