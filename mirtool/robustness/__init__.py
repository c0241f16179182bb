"""How far a result depends on the choices: sensitivity analysis and comparison of methods."""
