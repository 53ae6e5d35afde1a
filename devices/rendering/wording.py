"""What findings say, in the authors' three languages. The blanks are filled from a finding's facts."""

from __future__ import annotations

WORDING: dict[str, dict[str, str]] = {
    "field.unknown": {
        "vi": "Không hiểu {field}. Các trường dùng được: {{time 07:00}}, {{date 18/02/2026}}, {{clock}}, {{today}}, {{lunar}}, "
        "{{countdown 18/02/2026 09:00}}, {{figure lorries}}, {{figure-time lorries}}.",
        "zh-Hans": "无法识别 {field}。可用字段：{{time 07:00}}、{{date 18/02/2026}}、{{clock}}、{{today}}、{{lunar}}、"
        "{{countdown 18/02/2026 09:00}}、{{figure lorries}}、{{figure-time lorries}}。",
        "en": "{field} is not understood. Fields are {{time 07:00}}, {{date 18/02/2026}}, {{clock}}, {{today}}, {{lunar}}, "
        "{{countdown 18/02/2026 09:00}}, {{figure lorries}}, {{figure-time lorries}}.",
    },
    "field.many": {
        "vi": "Nội dung có {count} trường, tối đa là {limit}. Hãy bỏ bớt.",
        "zh-Hans": "内容含 {count} 个字段，最多 {limit} 个。请减少。",
        "en": "The text has {count} fields and may have {limit}. Leave some out.",
    },
    "field.differs": {
        "vi": "Các ngôn ngữ không có cùng trường: {fields}. Người đọc có thể thấy giờ hoặc số liệu khác nhau.",
        "zh-Hans": "各语言的字段不一致：{fields}。读者可能看到不同的时间或数据。",
        "en": "The languages do not carry the same fields: {fields}. Readers may be told different hours or numbers.",
    },
    "field.running": {
        "vi": "Chữ chạy không giữ chỗ cho {field}: giá trị thay đổi khi chữ đang chạy. Hãy dùng trang đứng yên.",
        "zh-Hans": "滚动文字无法容纳 {field}：内容在滚动中会变化。请使用静止页面。",
        "en": "Running text cannot hold {field}: it changes while the text runs. Use standing pages.",
    },
    "field.wide": {
        "vi": "Trường {field} cần {needed} điểm đèn, bảng chỉ rộng {width}. Hãy bỏ trường này hoặc dùng bảng rộng hơn.",
        "zh-Hans": "字段 {field} 需要 {needed} 个灯点，而屏幕只有 {width} 个。请去掉此字段，或使用更宽的屏幕。",
        "en": "The field {field} needs {needed} lamps and the board has {width}. Leave it out, or use a wider board.",
    },
    "text.empty": {
        "vi": "Chưa có nội dung để hiển thị. Hãy nhập nội dung.",
        "zh-Hans": "没有可显示的内容。请输入文字。",
        "en": "There is nothing to show. Write a text.",
    },
    "text.control": {
        "vi": "Ký tự điều khiển {character} không được phép, có thể gây lỗi thiết bị. Hãy xóa nó hoặc gõ lại dòng này.",
        "zh-Hans": "不允许使用控制字符 {character}，它可能扰乱设备。请删除它，或重新输入本行。",
        "en": "The control character {character} is not allowed: it could disturb a device. Delete it or type the line again.",
    },
    "text.bidi": {
        "vi": "Ký tự ẩn đổi chiều chữ {character} không được phép: nó có thể che nội dung với người duyệt. Hãy xóa nó.",
        "zh-Hans": "不允许使用改变文字方向的隐藏字符 {character}：它可能使审批人看不到真实内容。请删除。",
        "en": "The hidden direction character {character} is not allowed: it can hide text from approvers. Delete it.",
    },
    "text.right-to-left": {
        "vi": "Không hỗ trợ chữ viết từ phải sang trái ({character}). Hãy dùng tiếng Việt, tiếng Trung hoặc tiếng Anh.",
        "zh-Hans": "不支持从右向左书写的文字（{character}）。请使用越南文、中文或英文。",
        "en": "Right-to-left script is not supported ({character}). Use Vietnamese, Chinese or English.",
    },
    "text.emoji": {
        "vi": "Bảng đèn không hiển thị được biểu tượng cảm xúc {character}. Hãy viết bằng chữ hoặc dùng hình có sẵn: {sign}",
        "zh-Hans": "显示屏无法显示表情符号 {character}。请改用文字或现有图标：{sign}",
        "en": "Boards cannot show the emoji {character}. Use words or a pictogram: {sign}",
    },
    "text.script": {
        "vi": "Không hỗ trợ chữ {character}. Hãy dùng tiếng Việt, tiếng Trung giản thể hoặc tiếng Anh.",
        "zh-Hans": "不支持字母 {character}。请使用越南文、简体中文或英文。",
        "en": "The letter {character} is of a script that is not supported. Use Vietnamese, simplified Chinese or English.",
    },
    "text.look-alike": {
        "vi": "{character} không phải chữ Latinh dù trông giống. Hãy gõ lại bằng bàn phím tiếng Việt.",
        "zh-Hans": "{character} 不是拉丁字母，只是外形相似。请用正确的键盘重新输入。",
        "en": "{character} is not a Latin letter though it looks like one. Type it again.",
    },
    "text.no-glyph": {
        "vi": "Bảng đèn không có hình của ký tự {character}. Hãy dùng ký tự khác.",
        "zh-Hans": "显示屏没有字符 {character} 的字形。请换用其他字符。",
        "en": "No glyph pack has the character {character}. Use another one.",
    },
    "text.not-gb2312": {
        "vi": "Chữ Hán {character} nằm ngoài bộ GB2312 (chữ hiếm). Hãy dùng chữ khác.",
        "zh-Hans": "汉字 {character} 不在 GB2312 字符集内（生僻字）。请换用其他字。",
        "en": "The Chinese character {character} is outside GB2312 (rare). Use another one.",
    },
    "text.traditional": {
        "vi": "{character} là chữ phồn thể. Hãy dùng chữ giản thể {letter}.",
        "zh-Hans": "{character} 是繁体字。请改用简体字 {letter}。",
        "en": "{character} is a traditional character. Use the simplified {letter}.",
    },
    "text.stray-mark": {
        "vi": "Dấu {character} không ghép được với chữ nào. Hãy gõ lại chữ này.",
        "zh-Hans": "附加符号 {character} 无法与字母组合。请重新输入该字母。",
        "en": "The mark {character} does not join any letter. Type the letter again.",
    },
    "text.repaired": {
        "vi": "Thứ tự dấu đã được sửa thành “{letter}”. Hãy kiểm tra lại chữ này.",
        "zh-Hans": "附加符号的顺序已改为“{letter}”。请核对。",
        "en": "The order of marks was repaired to “{letter}”. Check this letter.",
    },
    "text.removed": {
        "vi": "Đã bỏ ký tự ẩn {character}. Không cần làm gì.",
        "zh-Hans": "已删除不可见字符 {character}，无需处理。",
        "en": "The invisible character {character} was removed. Nothing needs to be done.",
    },
    "text.tab": {
        "vi": "Ký tự Tab đã được thay bằng dấu cách. Hãy kiểm tra khoảng cách.",
        "zh-Hans": "制表符已替换为空格。请检查间距。",
        "en": "A tab was replaced by a space. Check the spacing.",
    },
    "text.full-width": {
        "vi": "Ký tự {character} đã được thay bằng {letter}.",
        "zh-Hans": "字符 {character} 已替换为 {letter}。",
        "en": "The character {character} was replaced by {letter}.",
    },
    "text.eth": {
        "vi": "{character} không phải chữ Đ của tiếng Việt. Hãy gõ lại chữ {letter}.",
        "zh-Hans": "{character} 不是越南文字母 {letter}。请重新输入 {letter}。",
        "en": "{character} is not the Vietnamese letter {letter}. Type {letter} instead.",
    },
    "text.unmarked": {
        "vi": "Tiếng Việt chưa có dấu. Biển báo phải viết đủ dấu: hãy gõ lại có dấu.",
        "zh-Hans": "越南文缺少声调符号。公告必须带全符号：请重新输入。",
        "en": "This looks like Vietnamese without its marks. Signs must carry all marks: type it again with them.",
    },
    "text.mojibake": {
        "vi": "Chữ có vẻ bị lỗi mã {encoding}. Có phải là “{meant}”? Hãy nhập lại bằng Unicode.",
        "zh-Hans": "文字疑似 {encoding} 编码乱码。是否为“{meant}”？请用 Unicode 重新输入。",
        "en": "This looks like text in the old encoding {encoding}. Was “{meant}” meant? Enter it again in Unicode.",
    },
    "text.long-word": {
        "vi": "“{word}” rộng hơn bảng nên bị cắt sang dòng. Hãy rút ngắn.",
        "zh-Hans": "“{word}”比显示屏宽，已断行显示。请缩短。",
        "en": "“{word}” is wider than the board and was broken over lines. Shorten it.",
    },
    "text.too-long": {
        "vi": "Nội dung quá dài cho bảng {board}: cần {pages} trang, nhiều nhất là {limit}. Hãy rút ngắn.",
        "zh-Hans": "内容对于 {board} 的显示屏过长：需要 {pages} 页，最多 {limit} 页。请缩短。",
        "en": "The text is too long for a board of {board}: it takes {pages} pages, at most {limit} are allowed. Shorten it.",
    },
    "time.short": {
        "vi": "Đọc hết cần {needed} giây, người đọc chỉ có {available} giây. Hãy rút ngắn.",
        "zh-Hans": "读完需要 {needed} 秒，读者只有 {available} 秒。请缩短。",
        "en": "Reading takes {needed} s, readers have {available} s. Shorten the text.",
    },
    "scroll.driver": {
        "vi": "Người lái xe không đọc được chữ chạy. Hãy dùng trang tĩnh.",
        "zh-Hans": "驾驶员无法阅读滚动文字。请使用静止页面。",
        "en": "Drivers cannot read scrolling text. Use pages.",
    },
    "scroll.fast": {
        "vi": "Chữ chạy {speed} đèn/giây là quá nhanh; nên {usual} đèn/giây.",
        "zh-Hans": "滚动速度 {speed} 灯/秒过快；建议 {usual} 灯/秒。",
        "en": "{speed} lamps a second is too fast to read; use {usual}.",
    },
    "scroll.too-long": {
        "vi": "Dòng chữ chạy dài {lamps} đèn, nhiều nhất là {limit}. Hãy rút ngắn.",
        "zh-Hans": "滚动文字长 {lamps} 灯，最多 {limit} 灯。请缩短。",
        "en": "The scrolling line is {lamps} lamps long, at most {limit} are allowed. Shorten it.",
    },
    "sight.day": {
        "vi": "Chữ cao {height} mm chỉ đọc được trong {reach} m ban ngày, cần {distance} m. Hãy dùng chữ lớn hơn.",
        "zh-Hans": "字高 {height} 毫米，白天只能在 {reach} 米内看清，需要 {distance} 米。请使用更大的字。",
        "en": "Letters {height} mm high are read from {reach} m by day, {distance} m are needed. Use larger letters.",
    },
    "sight.night": {
        "vi": "Chữ cao {height} mm chỉ đọc được trong {reach} m ban đêm, cần {distance} m. Hãy dùng chữ lớn hơn.",
        "zh-Hans": "字高 {height} 毫米，夜间只能在 {reach} 米内看清，需要 {distance} 米。请使用更大的字。",
        "en": "Letters {height} mm high are read from {reach} m at night, {distance} m are needed. Use larger letters.",
    },
    "colour.red": {
        "vi": "Màu đỏ chỉ dành cho lệnh dừng và nguy hiểm; cứ 12 nam giới có 1 người khó thấy màu này. Nên dùng màu hổ phách.",
        "zh-Hans": "红色仅用于停止和危险；约每 12 名男性中有 1 人难以看清红色。建议使用琥珀色。",
        "en": "Red is for stop and danger only, and 1 man in 12 hardly sees it. Prefer amber.",
    },
    "colour.missing": {
        "vi": "Bảng {board} không có đèn cho màu đã chọn; chữ sẽ hiện màu của bảng. Hãy chọn màu khác.",
        "zh-Hans": "{board} 的显示屏没有所选颜色的灯，将以屏幕自身颜色显示。请选择其他颜色。",
        "en": "A board of {board} has no lamps for the chosen colour and shows its own. Choose another colour.",
    },
    "colour.blue": {
        "vi": "Bảng {board} không có đèn xanh dương: chữ xanh dương hoặc trắng sẽ hiện màu hổ phách. Hãy chọn màu khác.",
        "zh-Hans": "{board} 的显示屏没有蓝灯：蓝色或白色文字将显示为琥珀色。请选择其他颜色。",
        "en": "A board of {board} has no blue lamps: blue or white text is shown amber. Choose another colour.",
    },
    "colour.red-alone": {
        "vi": "Trang {page} có màu đỏ mà không có chữ nào: người mù màu không hiểu. Hãy thêm chữ, ví dụ DỪNG LẠI.",
        "zh-Hans": "第 {page} 页有红色却没有文字：色盲读者无法理解。请加上文字，例如“停”。",
        "en": "Page {page} is red without a word: the colour-blind will not understand it. Add a word, such as STOP.",
    },
    "colour.red-green": {
        "vi": "Trang {page} dùng cả màu đỏ lẫn màu xanh lá: cứ 12 nam giới có 1 người khó phân biệt. Chỉ dùng một trong hai màu.",
        "zh-Hans": "第 {page} 页同时使用红色和绿色：约每 12 名男性中有 1 人难以区分。请只用其中一种。",
        "en": "Page {page} has red beside green, which 1 man in 12 can hardly tell apart. Use only one of them.",
    },
    "rows.fewer": {
        "vi": "Bảng {board} không đủ cao cho chữ {wanted} hàng đèn; chữ sẽ cao {rows} hàng. Không cần làm gì.",
        "zh-Hans": "{board} 的显示屏放不下 {wanted} 行灯高的字，将使用 {rows} 行灯高的字。无需处理。",
        "en": "A board of {board} is too low for letters of {wanted} rows and gets {rows}. Nothing needs to be done.",
    },
    "effect.missing": {
        "vi": "Bảng {board} không có hiệu ứng chuyển trang này: các trang sẽ hiện ngay. Không cần làm gì.",
        "zh-Hans": "{board} 的显示屏没有此换页效果：页面将直接显示。无需处理。",
        "en": "A board of {board} cannot turn pages this way: they appear at once. Nothing needs to be done.",
    },
    "scroll.cut": {
        "vi": "Bảng {board} không tự chạy chữ được: nội dung sẽ hiện thành từng trang tĩnh. Nên chọn kiểu trang.",
        "zh-Hans": "{board} 的显示屏不能滚动文字：内容将分成静止页面显示。建议选择分页方式。",
        "en": "A board of {board} cannot scroll: the line is cut into standing pages. Better choose pages.",
    },
    "languages.no-room": {
        "vi": "Bảng {board} không đủ chỗ cho {count} ngôn ngữ cùng lúc: các ngôn ngữ sẽ hiện lần lượt. Không cần làm gì.",
        "zh-Hans": "{board} 的显示屏放不下同时显示的 {count} 种语言：将轮流显示。无需处理。",
        "en": "A board of {board} has no room for {count} languages at once: they take turns. Nothing needs to be done.",
    },
    "letters.none": {
        "vi": "Bảng chữ không có các chữ {letters} nên sẽ không hiện nội dung này. Dùng chữ bảng có, hoặc bảng khác.",
        "zh-Hans": "文字屏没有这些字：{letters}，该屏不会显示此内容。请改用其字库中的文字，或换用其他屏幕。",
        "en": "The board draws its own letters and has no {letters}: it will not show this. Use those it has, or another board.",
    },
    "area.unfit": {
        "vi": "Vùng {board} của bảng quá nhỏ cho nội dung này nên sẽ không hiện nó. Hãy rút ngắn, hoặc dùng cả bảng.",
        "zh-Hans": "显示屏的 {board} 区域太小，放不下此内容，将不显示。请缩短文字，或使用整块屏。",
        "en": "The part of {board} is too small for this and will not show it. Shorten it, or use the whole board.",
    },
    "light.much": {
        "vi": "Trang {page} sáng {share} % số đèn, ban đêm gây chói (nên dưới 30 %). Hãy rút ngắn.",
        "zh-Hans": "第 {page} 页点亮 {share}% 的灯，夜间刺眼（应低于 30%）。请缩短。",
        "en": "Page {page} lights {share} % of the lamps, which dazzles at night (keep it under 30 %). Shorten the text.",
    },
    "board.too-low": {
        "vi": "Bảng {board} thấp hơn một dòng chữ ({needed} hàng đèn). Hãy chọn bảng cao hơn.",
        "zh-Hans": "{board} 的显示屏低于一行文字（{needed} 行灯）。请选择更高的显示屏。",
        "en": "A board of {board} is lower than one line of text ({needed} rows). Choose a higher board.",
    },
    "board.too-narrow": {
        "vi": "Bảng {board} hẹp hơn chữ {character} (rộng {needed} đèn). Hãy chọn bảng rộng hơn.",
        "zh-Hans": "{board} 的显示屏窄于字符 {character}（宽 {needed} 灯）。请选择更宽的显示屏。",
        "en": "A board of {board} is narrower than the letter {character} ({needed} lamps). Choose a wider board.",
    },
    "language.unknown": {
        "vi": "Không biết ngôn ngữ “{language}”. Hãy chọn vi, zh-Hans hoặc en.",
        "zh-Hans": "未知语言“{language}”。请选择 vi、zh-Hans 或 en。",
        "en": "The language “{language}” is not known. Choose vi, zh-Hans or en.",
    },
}
