"""Google ADK: a session's events and state, whenever an event is added, whichever service keeps them."""

from __future__ import annotations

from typing import Any

from agentprobe.adapters.frameworks._framework import Framework
from agentprobe.adapters.frameworks._snapshot import Seen, after


class GoogleAdkSessions(Framework):
    """Sessions of Google's ADK as the run sees them: events, and the state that tools and agents write."""

    title = "Google ADK sessions"
    modules = ("google.adk.sessions.base_session_service",)
    tools = ""
    refs = False
    state = "events and state of the session, after each event"

    def attach(self, module: Any) -> None:
        service = module.BaseSessionService
        self.replace(service, "_commit_event_to_session", after(_session, source="google-adk"))


def _session(service: Any, session: Any, event: Any) -> Seen:
    events = [one.model_dump(mode="json", exclude_none=True) for one in session.events]
    name = f"session of {session.user_id} in {session.app_name}"
    return Seen(name=name, values={"state": dict(session.state), "events": events}, ref=event.id)
