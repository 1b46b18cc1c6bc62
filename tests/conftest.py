"""What holds for all tests."""

import signal

from hypothesis import HealthCheck, settings

# A machine that is busy with other work is slow, not wrong.
settings.register_profile("wenbao", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wenbao")

# A shell starts what runs in the background deaf to Ctrl-C; programs that the tests start and interrupt inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
