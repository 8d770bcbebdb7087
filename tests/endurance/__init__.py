"""Scripts that take minutes and are run by hand; what each prints is told in its docstring."""
