"""Journey (g): power is cut in mid-sentence. Agent and player are killed at second 7 of 21; nothing is lost or said twice."""

import io
import time
import wave
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import psutil
import pytest

from tests.support.province import a_province, eventually

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("cut-voice")]
GATE_ZONE, PA, RATE = ZoneInfo("Asia/Ho_Chi_Minh"), "tan-thanh/pa-1", 48_000


def a_speech(seconds: int) -> bytes:
    """Twenty-one seconds that are all different: a tone that rises, with pauses like a voice's."""
    at = np.arange(seconds * RATE) / RATE
    samples = 9_000 * np.sin(2 * np.pi * (200 + 20 * at) * at) * (np.sin(2 * np.pi * 2 * at) > -0.8)
    out = io.BytesIO()
    with wave.open(out, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE)
        wav.writeframes(samples.astype("<i2").tobytes())
    return out.getvalue()


def test_killed_at_second_7_of_21_it_goes_on_from_there_and_the_records_say_so(tmp_path):
    with a_province(tmp_path, "tan-thanh") as province:
        clip = province.bring("tacgia", a_speech(21))
        message, _ = province.approved({"vi": "Thông báo dài"}, audio={"vi": clip})
        due = (datetime.now(GATE_ZONE) + timedelta(seconds=70)).replace(second=0, microsecond=0)
        window = [due.strftime("%H:%M"), (due + timedelta(minutes=5)).strftime("%H:%M")]
        province.scheduled(message, [PA], windows=[window], zones=["inspection-hall"])
        agent = province.agents["tan-thanh"]

        eventually(lambda: datetime.now(GATE_ZONE) >= due + timedelta(seconds=7), within=90, what="second 7")
        player = next(child for child in psutil.Process(agent.pid).children(True) if "devices.sound" in child.cmdline())
        player.kill()
        agent.kill()
        time.sleep(1)
        agent.start()

        def told():
            found = [one for one in province.records(PA) if one["message"] == message]
            return found if len(found) == 2 else None

        first, second = sorted(eventually(told, within=60, what="both records"), key=lambda one: one["attempt"])
        assert [first["outcome"], second["outcome"]] == ["partial", "shown"]
        assert [first["attempt"], second["attempt"]] == [1, 2]
        assert datetime.fromisoformat(first["due"]) == datetime.fromisoformat(second["due"]) == due
        assert 5.0 < first["seconds"] < 7.5
        assert second["offset"] == pytest.approx(first["seconds"], abs=0.01)
        assert second["offset"] + second["seconds"] == pytest.approx(21.0, abs=0.01)
        assert first["reason"] == "power"
        time.sleep(3)
        assert len([one for one in province.records(PA) if one["message"] == message]) == 2
