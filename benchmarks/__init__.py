"""What the figures in docs/performance.md come from; none of it is a timed test.

In the app's folder of a bench, with the bench's Python:

    ../../env/bin/python -m benchmarks.NAME --site SITE
"""
