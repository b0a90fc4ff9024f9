"""Keeps the links of invitations out of the log, which names the addresses of failed requests."""

import logging
import re

_TOKEN = re.compile(r"(/invitations/)[^\s/?]+")


class WithoutInvitations(logging.Filter):
    """Puts three dots where a line's arguments hold an invitation's secret."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                _TOKEN.sub(r"\1…", each) if isinstance(each, str) else each for each in record.args
            )
        return True
