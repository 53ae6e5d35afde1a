"""Playlists and schedules."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from controller.api.access import Need, Reader, World
from controller.domain.people import Actor, Right
from controller.domain.plans import WantedPlaylist, WantedRule
from controller.services import playlist, schedule
from controller.services.playlist import PlaylistDraft, PlaylistView
from controller.services.schedule import ScheduleDraft, ScheduleView

router = APIRouter(tags=["planning"])
Scheduler = Annotated[Actor, Depends(Need(Right.SCHEDULE))]


@router.post("/playlists", status_code=201)
def create_playlist(
    draft: PlaylistDraft, actor: Annotated[Actor, Depends(Need(Right.PLAYLIST))], deps: World
) -> PlaylistView:
    """A new playlist of existing messages."""
    return playlist.create_playlist(deps, actor, draft)


@router.get("/playlists")
def list_playlists(actor: Reader, deps: World) -> tuple[WantedPlaylist, ...]:
    """Every playlist, oldest first."""
    return playlist.all_playlists(deps, actor)


@router.post("/schedules", status_code=201)
def create_schedule(draft: ScheduleDraft, actor: Scheduler, deps: World) -> ScheduleView:
    """A new schedule; the plans of its devices change at once."""
    return schedule.create_schedule(deps, actor, draft)


@router.get("/schedules")
def list_schedules(actor: Reader, deps: World) -> tuple[WantedRule, ...]:
    """Every schedule that was not deleted."""
    return schedule.all_schedules(deps, actor)


@router.delete("/schedules/{schedule_id}", status_code=204)
def delete_schedule(schedule_id: str, actor: Scheduler, deps: World) -> None:
    """No plan holds it any more."""
    schedule.delete_schedule(deps, actor, schedule_id)
