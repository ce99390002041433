# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What others wrote, as it may be shown."""

from __future__ import annotations

import re

# Gateways like to repeat the headers they refuse, and services the token, which is longer than any word.
_SECRET_WORDS = re.compile(
    r"(?i)((?:signature|x-auth-token|x-security-token|x-subject-token)[\"']?\s*[:=]\s*[\"']?)[\w+/=.~-]+"
    r"|[\w+/=.~-]{200,}"
)


def redact(text: str, at_most: int = 500) -> str:
    """Take signatures and tokens out of a text that a service or gateway wrote, and make it one line of whole words.

    Half a word could be half a secret, which nobody would recognise any more.

    @param at_most: how many characters to keep
    """
    line = " ".join(_SECRET_WORDS.sub(r"\1***", text).split())
    return line if len(line) <= at_most else line[: at_most - 1].rpartition(" ")[0] + " …"
