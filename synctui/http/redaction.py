"""The second net under secrets: log lines lose their query strings, and the HTTP libraries keep quiet."""

from __future__ import annotations

import logging
import re

QUERY = re.compile(r"(?<=[\w/%.-])\?[^\s'\"<>)\]]+")
PAIR = re.compile(r"(?i)\b(password|apitoken|api_token|token|email|username)(['\"]?\s*[=:]\s*['\"]?)[^\s&'\",;]+")


def redact(text: str) -> str:
    """The text without query strings and without values that follow a secret's name."""
    return PAIR.sub(r"\1\2***", QUERY.sub("?***", text))


class RedactingFilter(logging.Filter):
    """Rewrites every record that passes a logger or handler."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the message and any exception text; lets every record pass."""
        record.msg, record.args = redact(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        return True


def quiet_libraries() -> None:
    """Keep request lines of httpx and httpcore out of every log, and redact what they still say."""
    for name in ("httpx", "httpcore"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        if not any(isinstance(known, RedactingFilter) for known in logger.filters):
            logger.addFilter(RedactingFilter())
