"""Small changes that a test must notice: each breaks one promise of the documentation.

`make mutants` applies them one by one to a copy of the checkout and runs the test that has to
turn red. One that stays green is a promise without a test.
"""
