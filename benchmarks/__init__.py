"""How fast the mock is: `python -m benchmarks` prints the tables of docs/performance.md."""
