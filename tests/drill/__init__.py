"""A drill: everything that can die, stop or fill up does so under load, and a judge counts.

`make drill` runs it for ten minutes and prints one table. The judge's statements share nothing
with the counting that they judge.
"""
