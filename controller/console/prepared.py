"""Words for emergencies, prepared in quiet times: the operator picks, looks, and sends. Facts only."""

from __future__ import annotations

PREPARED: dict[str, dict[str, str]] = {
    "leave": {
        "vi": "KHẨN CẤP: rời khu vực ngay theo lối thoát hiểm",
        "zh-Hans": "紧急通知：请立即从安全出口撤离",
        "en": "EMERGENCY: leave now by the nearest exit",
    },
    "fire": {
        "vi": "CHÁY: rời khu vực ngay, nghe theo nhân viên",
        "zh-Hans": "火警：请立即撤离，听从工作人员指挥",
        "en": "FIRE: leave now, follow the staff",
    },
    "stopped": {
        "vi": "TẠM DỪNG THÔNG QUAN: chờ tại chỗ, không đi qua cửa khẩu",
        "zh-Hans": "暂停通关：请原地等候，不要前行",
        "en": "CROSSING STOPPED: wait where you are",
    },
    "storm": {
        "vi": "DÔNG LỐC: vào nhà ngay, tránh xa cây và cột điện",
        "zh-Hans": "雷雨大风：请立即进入室内，远离树木和电线",
        "en": "STORM: go inside, keep away from trees and power lines",
    },
}
