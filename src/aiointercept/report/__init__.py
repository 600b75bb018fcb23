"""The traffic page: what mocks were asked and answered, made from HAR, for people to look at."""
