"""The bot in Telegram: `wenbao telegram` asks Telegram for updates, `wenbao serve` may be sent them (webhook).

text.py, render.py     what is shown, as safe HTML within Telegram's limits
keyboards.py           the buttons, and the data that a pressed one brings
flood.py               Telegram's limits on sending
inbox.py               every update once, also over a restart
memory.py, forgetting.py    what is kept in the archive's database, and how it is deleted
questions.py, groups.py    messages that ask something
asking.py, showing.py  a question, and its answer as it comes
buttons.py, opening.py pressed buttons, and the sources, articles, lists and passages that they open
commands.py, administration.py, inline.py    everything else that people do
thumbnails.py          small pictures of articles for inline mode
access.py              who may ask, and how much
application.py, program.py, webhook.py    all of it assembled, and the two ways to run it
"""

import os

# The library's periods as timedelta, which its next version makes the only way; else each RetryAfter warns of that.
os.environ.setdefault("PTB_TIMEDELTA", "true")
