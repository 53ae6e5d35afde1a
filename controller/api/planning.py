"""Playlists and schedules."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from controller.api.access import Need, Reader, World
from controller.domain.people import Actor, Right
from controller.domain.plans import WantedPlaylist, WantedRule
from controller.services import playlist, schedule
from controller.services.playlist import PlaylistChange, PlaylistDraft, PlaylistView
from controller.services.schedule import ScheduleChange, ScheduleDraft, ScheduleView

router = APIRouter(tags=["planning"])
Scheduler = Annotated[Actor, Depends(Need(Right.SCHEDULE))]
Lister = Annotated[Actor, Depends(Need(Right.PLAYLIST))]


@router.post("/playlists", status_code=201)
def create_playlist(draft: PlaylistDraft, actor: Lister, deps: World) -> PlaylistView:
    """A new playlist of existing messages."""
    return playlist.create_playlist(deps, actor, draft)


@router.get("/playlists")
def list_playlists(actor: Reader, deps: World) -> tuple[WantedPlaylist, ...]:
    """Every playlist, oldest first."""
    return playlist.all_playlists(deps, actor)


@router.get("/playlists/{playlist_id}")
def look_playlist(playlist_id: str, actor: Reader, deps: World) -> PlaylistView:
    """One playlist."""
    return playlist.one_playlist(deps, actor, playlist_id)


@router.put("/playlists/{playlist_id}")
def change_playlist(playlist_id: str, draft: PlaylistChange, actor: Lister, deps: World) -> PlaylistView:
    """The next version of a playlist; who changes what is on devices must be one who may schedule."""
    return playlist.change_playlist(deps, actor, playlist_id, draft)


@router.delete("/playlists/{playlist_id}", status_code=204)
def delete_playlist(playlist_id: str, actor: Lister, deps: World) -> None:
    """It is offered no more; refused while something uses it, naming what."""
    playlist.delete_playlist(deps, actor, playlist_id)


@router.post("/schedules", status_code=201)
def create_schedule(draft: ScheduleDraft, actor: Scheduler, deps: World) -> ScheduleView:
    """A new schedule; the plans of its devices change at once."""
    return schedule.create_schedule(deps, actor, draft)


@router.get("/schedules")
def list_schedules(actor: Reader, deps: World) -> tuple[WantedRule, ...]:
    """Every schedule that was not deleted."""
    return schedule.all_schedules(deps, actor)


@router.get("/schedules/{schedule_id}")
def look_schedule(schedule_id: str, actor: Reader, deps: World) -> ScheduleView:
    """One schedule."""
    return schedule.one_schedule(deps, actor, schedule_id)


@router.put("/schedules/{schedule_id}")
def change_schedule(schedule_id: str, draft: ScheduleChange, actor: Scheduler, deps: World) -> ScheduleView:
    """The next version of a schedule; the plans of its devices change at once."""
    return schedule.change_schedule(deps, actor, schedule_id, draft)


@router.delete("/schedules/{schedule_id}", status_code=204)
def delete_schedule(schedule_id: str, actor: Scheduler, deps: World) -> None:
    """No plan holds it any more."""
    schedule.delete_schedule(deps, actor, schedule_id)
