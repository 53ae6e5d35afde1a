"""Playlists, schedules, suspensions and events: the pages of what is planned."""

from __future__ import annotations

from fastapi import APIRouter

from controller.console import closing_pages, playlist_pages, schedule_pages

router = APIRouter(include_in_schema=False)
for part in (playlist_pages, schedule_pages, closing_pages):
    router.include_router(part.router)
