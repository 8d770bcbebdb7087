"""What went wrong at Slack: safe to try again, never to be tried again, or unclear."""

from __future__ import annotations

import asyncio

import aiohttp
from slack_sdk.errors import SlackApiError

from channels.provider import Retry, Uncertain, Undeliverable

_RENEW = (
    "Check FRONTDESK_SLACK_BOT_TOKEN: it is the bot token (xoxb-...) under OAuth & Permissions in "
    "the app's settings; after a reinstallation there is a new one."
)
_INVITE = "Invite the app to the channel again (/invite), then the customer can mention it."
_WORKSPACE = (
    "The app is not in that conversation, or FRONTDESK_SLACK_BOT_TOKEN belongs to another "
    "workspace than the one the message came from."
)
_RULES = "An administrator's rules forbid it; ask who administers the workspace."
# Error names of the Web API after which nothing more will arrive for this customer, or for
# anybody, until somebody does what it says. From the reference of `chat.postMessage`.
_MEND_TOKEN = {
    "invalid_auth": _RENEW,
    "not_authed": _RENEW,
    "token_revoked": _RENEW,
    "token_expired": _RENEW,
    "account_inactive": f"The app was removed or its account switched off. {_RENEW}",
    "missing_scope": "Reinstall the app with the scopes of deploy/slack/manifest.yml.",
    "no_permission": "Reinstall the app with the scopes of deploy/slack/manifest.yml.",
    "not_allowed_token_type": _RENEW,
    "org_login_required": _RULES,
    "team_access_not_granted": _RULES,
    "access_denied": _RULES,
    "ekm_access_denied": _RULES,
    "enterprise_is_restricted": _RULES,
}
_MEND_PLACE = {
    "channel_not_found": _WORKSPACE,
    "not_in_channel": _INVITE,
    "is_archived": "The channel is archived.",
    "messages_tab_disabled": "Switch the Messages tab on under App Home in the app's settings.",
    "cannot_dm_bot": "The other side is a bot.",
    "user_not_found": "The customer's account is gone.",
    "restricted_action": _RULES,
    "restricted_action_read_only_channel": _RULES,
    "restricted_action_thread_only_channel": _RULES,
    "restricted_action_non_threadable_channel": _RULES,
    "restricted_action_thread_locked": "The thread is locked.",
    "cannot_reply_to_message": "The message whose thread this is cannot be answered any more.",
    "thread_not_found": "The message whose thread this is was deleted.",
}
# Nothing was done, by the reference's own words.
_REFUSED_FOR_NOW = {"ratelimited", "rate_limited", "request_timeout", "team_added_to_org"}
# "It's possible some aspect of the operation succeeded before the error was raised."
_UNCLEAR = {"internal_error", "fatal_error", "service_unavailable"}


def delivery_problem(error: Exception) -> Retry | Undeliverable | Uncertain:
    """Say what an exception of the SDK means for a message that was being posted.

    Args:
        error: what `chat.postMessage` raised.

    Returns:
        What the provider's `deliver` has to raise instead.
    """
    if isinstance(error, SlackApiError):
        return _answered(error)
    if isinstance(error, aiohttp.ClientConnectorError):
        return Retry("Slack cannot be reached: no connection")
    if isinstance(error, asyncio.TimeoutError):
        return Uncertain("Slack did not answer in time")
    return Uncertain(f"the connection to Slack broke ({type(error).__name__})")


def error_name(error: SlackApiError) -> str:
    """Return Slack's name of an error, or an empty string when it gave none.

    Args:
        error: from the SDK.
    """
    data = error.response.get("error") if hasattr(error.response, "get") else None
    return str(data or "")


def _answered(error: SlackApiError) -> Retry | Undeliverable | Uncertain:
    name, status = error_name(error), getattr(error.response, "status_code", 200)
    if status == 429 or name in _REFUSED_FOR_NOW:
        return Retry(f"Slack limits us ({name or status})", _retry_after(error))
    if mend := _MEND_TOKEN.get(name):
        return Undeliverable(f"Slack refused it: {name}. {mend}")
    if mend := _MEND_PLACE.get(name):
        return Undeliverable(f"Slack refused it: {name}. {mend}", unreachable=True)
    if name in _UNCLEAR or not name:
        return Uncertain(f"Slack failed ({name or status})")
    return Undeliverable(
        f"Slack refused it: {name}. The meaning is at "
        "https://docs.slack.dev/reference/methods/chat.postMessage"
    )


def _retry_after(error: SlackApiError) -> float | None:
    given = error.response.headers.get("Retry-After") or error.response.headers.get("retry-after")
    return float(given) if given and str(given).isdigit() else None
