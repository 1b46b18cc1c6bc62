"""Earlier questions of a conversation complete a follow-up, by rules; what they miss stands alone."""

from bot.conversation.completion import stand_alone
from bot.conversation.turns import Said, Standalone, Turn

__all__ = ["Said", "Standalone", "Turn", "stand_alone"]
