"""What holds for all tests."""

from hypothesis import HealthCheck, settings

# A machine that is busy with other work is slow, not wrong.
settings.register_profile("wenbao", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wenbao")
