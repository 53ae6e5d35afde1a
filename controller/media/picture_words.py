"""What is to be said of pictures and videos on boards, in the languages of the staff. The blanks are filled from facts."""

from __future__ import annotations

from typing import Literal

Severity = Literal["block", "warn", "info"]

PICTURE_WORDS: dict[str, tuple[Severity, dict[str, str]]] = {
    "picture.nothing": ("block", {
        "vi": "Trên bảng này không đèn nào sáng. Hãy chọn “Đảo sáng tối”, hoặc dùng hình sáng hơn.",
        "zh-Hans": "此屏上没有任何灯点亮。请选择“明暗反转”，或使用更亮的图片。",
        "en": "Not one lamp is lit on this board. Choose \"light and dark swapped\", or a brighter picture.",
    }),
    "picture.dark": ("warn", {
        "vi": "Hình quá tối: chỉ {share} % đèn sáng. Hãy dùng hình sáng hơn, hoặc đảo sáng tối.",
        "zh-Hans": "图片太暗：只有 {share}% 的灯点亮。请使用更亮的图片，或明暗反转。",
        "en": "The picture is too dark: only {share} % of the lamps are lit. Use a brighter one, or swap light and dark.",
    }),
    "picture.bright": ("warn", {
        "vi": "Gần như cả bảng sáng ({share} % đèn): tốn điện và gây chói. Hãy đảo sáng tối, hoặc dùng nền tối.",
        "zh-Hans": "几乎整屏点亮（{share}% 的灯）：耗电且刺眼。请明暗反转，或使用深色背景。",
        "en": "Nearly the whole board is lit ({share} % of the lamps): it takes much power and dazzles. Swap light and dark.",
    }),
    "picture.light": ("info", {
        "vi": "Hơn 30 % đèn sáng ({share} %): ban đêm có thể gây chói.",
        "zh-Hans": "超过 30% 的灯点亮（{share}%）：夜间可能刺眼。",
        "en": "More than 30 % of the lamps are lit ({share} %): this can dazzle at night.",
    }),
    "picture.detail": ("warn", {
        "vi": "Chi tiết quá nhỏ: khoảng {share} % nét của hình bị mất. Hãy dùng hình đơn giản, nét dày hơn.",
        "zh-Hans": "细节太小：约 {share}% 的笔画会丢失。请使用更简单、线条更粗的图片。",
        "en": "The detail is too small: about {share} % of its strokes are lost. Use a simpler picture with bolder strokes.",
    }),
    "picture.few-lamps": ("warn", {
        "vi": "Hình chỉ chiếm {width} x {height} đèn trên bảng này: người xem khó nhận ra.",
        "zh-Hans": "图片在此屏上仅占 {width} x {height} 个灯：难以辨认。",
        "en": "The picture has only {width} x {height} lamps on this board: people will hardly recognise it.",
    }),
    "picture.blue": ("warn", {
        "vi": "Bảng này không có đèn xanh dương: {share} % nội dung của hình sẽ không thấy.",
        "zh-Hans": "此屏没有蓝色灯：图片中 {share}% 的内容将看不到。",
        "en": "This board has no blue lamps: {share} % of what the picture shows will not be seen.",
    }),
    "picture.cut": ("info", {
        "vi": "Hình bị cắt mất {share} % để lấp đầy bảng. Hãy xem phần quan trọng có còn không.",
        "zh-Hans": "为填满屏幕，图片被裁去 {share}%。请检查重要部分是否仍在。",
        "en": "{share} % of the picture is cut off to fill the board. See that what matters is still there.",
    }),
    "picture.small": ("info", {
        "vi": "Hình có ít điểm ảnh hơn số đèn: trông sẽ thô. Nếu có, hãy dùng hình lớn hơn.",
        "zh-Hans": "图片的像素少于灯数：看起来会粗糙。如有更大的图片请使用。",
        "en": "The picture has fewer pixels than the board has lamps, and looks coarse. Use a larger one if there is one.",
    }),
    "picture.still": ("info", {
        "vi": "Ảnh động: chỉ hình đầu tiên được hiển thị. Muốn chuyển động, hãy dùng video.",
        "zh-Hans": "动图：只显示第一帧。如需动态效果，请使用视频。",
        "en": "The picture moves: only its first frame is shown. For movement bring a video.",
    }),
    "picture.no-room": ("block", {
        "vi": "Bảng quá hẹp để đặt hình cạnh chữ: chữ chỉ còn {width} đèn bề ngang. Hãy cho hình một trang riêng.",
        "zh-Hans": "此屏太窄，图片旁只剩 {width} 个灯宽用于文字。请让图片单独占一页。",
        "en": "The board is too narrow for a picture beside the text: {width} lamps would be left. Give it a page of its own.",
    }),
    "picture.moving-text": (
        "block",
        {
            "vi": "Chữ chạy không đặt cạnh hình được. Hãy cho hình một trang riêng, hoặc để chữ đứng yên.",
            "zh-Hans": "滚动文字不能放在图片旁。请让图片单独占一页，或让文字静止。",
            "en": "Text that scrolls cannot stand beside a picture. Give the picture its own page, or let the text stand still.",
        },
    ),
    "video.board": ("warn", {
        "vi": "Bảng này không chiếu được video: chỉ màn hình đủ màu mới chiếu được. Ở đây chỉ hiện chữ và hình.",
        "zh-Hans": "此屏不能播放视频：只有全彩屏可以。这里只显示文字和图片。",
        "en": "This board cannot show video: only walls of full colour can. Here only texts and picture are shown.",
    }),
    "video.no-wall": ("block", {
        "vi": "Không có màn hình nào chiếu được video. Hãy dùng hình hoặc chữ.",
        "zh-Hans": "没有可播放视频的屏。请使用图片或文字。",
        "en": "No board here can show video. Use a picture or a text.",
    }),
    "video.flashing": ("block", {
        "vi": "Video nhấp nháy {count} lần trong một giây: có thể gây co giật và làm lóa mắt lái xe. Cho phép nhiều nhất 3 lần.",
        "zh-Hans": "视频一秒内闪烁 {count} 次：可能诱发癫痫并使驾驶员目眩。最多允许 3 次。",
        "en": "The video flashes {count} times within a second: it can cause seizures and blinds drivers. At most 3 are allowed.",
    }),
    "video.bright": ("warn", {
        "vi": "Video rất sáng: có lúc cả màn hình sáng tới {share} %. Tốn điện và gây chói ban đêm.",
        "zh-Hans": "视频很亮：某些时刻全屏亮度达 {share}%。耗电且夜间刺眼。",
        "en": "The video is very bright: up to {share} % of all light the wall can give. It takes power and dazzles at night.",
    }),
    "video.long": ("info", {
        "vi": "Video dài {seconds} giây. Người đi qua chỉ xem được vài giây: hãy nói điều chính ngay từ đầu.",
        "zh-Hans": "视频长 {seconds} 秒。路过的人只能看几秒：请把要点放在开头。",
        "en": "The video takes {seconds} s. People who pass see a few seconds of it: say what matters first.",
    }),
}  # fmt: skip
