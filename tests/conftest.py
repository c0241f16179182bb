"""What holds for every test: the same examples in every run, and no clock that judges."""

from hypothesis import HealthCheck, settings

# A slow machine is no failure of ours, and an example that fails once fails in every run.
settings.register_profile("mirtool", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mirtool")
