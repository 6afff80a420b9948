"""The authorities, one module each; its docstring is the specification of what the module reads."""
