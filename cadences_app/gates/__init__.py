"""Gates: a record takes a status only after given touchpoints (S10)."""
