"""Words of several syllables or characters that gates use often: a line or a page had better not end inside one."""

from __future__ import annotations

from itertools import pairwise

_CHINESE = """
口岸 边境 边防 边检 海关 国门 友谊关 通关 出境 入境 出入境 过境 非法 护照 通行证 签证 证件 有效
通关时间 货车司机 数字口岸 旅客 乘客 司机 驾驶员 货车 客车 车辆 车道 通道 公民 外国 外国人 越南 中国 北京 河内 时间 今日 明日
上午 下午 小时 分钟 星期 春节 假期 期间 放假 营业 开放 关闭 暂停 恢复 办理 手续 申报 预约 登记
排队 等候 秩序 顺序 礼让 老人 儿童 孕妇 请勿 禁止 严禁 必须 注意 通知 公告 紧急 立即 马上 安全
出口 入口 撤离 疏散 危险 警告 火警 火灾 事故 大雾 天气 暴雨 洪水 能见度 减速 慢行 开启 雾灯 保持
车距 停车 停车场 限速 绕行 道路 前方 进场 货场 场地 货物 商品 冷链 集装箱 报关 查验 检查 检疫 防疫
疫情 口罩 体温 发热 咳嗽 症状 主动 健康 卫生 医生 隔离 消毒 失物 招领 失主 问讯处 认领 行李 物品
携带 走私 毒品 武器 界碑 损坏 移动 法律 系统 测试 理会 广播 信息 平台 数字 服务 服务台 工作
工作人员 人员 办公室 联系 电话 配合 谢谢 合作 欢迎 光临 再见 提前 准备 备好 提示 国家 管理 已经
中华人民共和国 安全出口 春节放假 服务时间 办理手续 窗口 号窗口 号通道 号车道 号停车场 号出口 号入口 号门 号柜台
号货场 等候时间 前往 方向 限重 限高 气温 咨询 办公 货运 客运 司机 免费 收费 现金 支付 名单
来到 靠右 靠左 行驶 右行 左行 关口 或者 如有 根据 参与 报告 发现 违法 行为 仅限 货车司机
"""
_VIETNAMESE = """
cửa khẩu|hữu nghị|chi ma|tân thanh|lạng sơn|đồng đăng|cao lộc|việt nam|trung quốc|hà nội|bắc kinh|quốc tế|quốc gia
biên giới|biên phòng|hải quan|thủ tục|hộ chiếu|giấy tờ|thông hành|tờ khai|thị thực|giá trị|thông quan|xuất cảnh
nhập cảnh|xuất khẩu|nhập khẩu|công dân|nước ngoài|hành khách|quý khách|lái xe|xe tải|xe khách|xe con|hàng hóa|hàng hoá
bến bãi|bãi xe|khai báo|đăng ký|doanh nghiệp|kiểm tra|kiểm soát|kiểm dịch|y tế|phòng dịch|dịch bệnh|khẩu trang
triệu chứng|sát khuẩn|cách ly|sương mù|tầm nhìn|tốc độ|giảm tốc|khoảng cách|an toàn|nguy hiểm|khẩn cấp|lối thoát
thoát hiểm|bình tĩnh|hướng dẫn|khu vực|trái phép|qua lại|xâm hại|mốc giới|buôn lậu|vi phạm|pháp luật|thất lạc|đồ vật
thông tin|thông báo|chú ý|xin mời|cảm ơn|xin chào|kính chào|vui lòng|đề nghị|chuẩn bị|xếp hàng|trật tự|thứ tự|trẻ em
phụ nữ|mang thai|người già|tạm dừng|hoạt động|làm việc|hằng ngày|hôm nay|ngày mai|giờ hà|nghỉ tết|nguyên đán|năm mới
hệ thống|phát thử|tin thật|nền tảng|cán bộ|lực lượng|chức năng|cơ quan|ban quản|quản lý|kinh tế|khu kinh|liên hệ
điện thoại|văn phòng|nhà chờ|phòng chờ|ưu tiên|số lượng|phương tiện|giao thông|đường bộ|cấm vào|giấy thông|dừng lại|xuất trình
phía trước|phía sau|bên trái|bên phải|nhiệt độ|tối đa|tối thiểu|quyết định|quốc lộ|giúp đỡ|số điện|hằng tháng|hàng ngày
liên tục|tạm thời|đóng cửa|mở cửa|nghỉ lễ|quầy số|làn số|bãi số|cổng số|cửa số|biển số|trọng tải|hóa đơn|thanh toán
lệ phí|miễn phí|ùn tắc|xe máy|xe buýt|xe đạp|rẽ trái|rẽ phải|đi thẳng|quay đầu|đi chậm|hỗ trợ|một lượt
trước khi|sau khi|trong khi|cấp cứu|công an|cảnh sát
border gate|digital border|khẩu số|nhìn kém|làm thủ
chi ma|huu nghi|tan thanh|lang son|border guard|border pass|customs office|information desk|viet nam
"""

HAN_PAIRS = frozenset(a + b for word in _CHINESE.split() for a, b in pairwise(word))
SYLLABLE_PAIRS = frozenset(pair for line in _VIETNAMESE.strip().splitlines() for pair in line.split("|") if " " in pair)

_LEANING = """
a an the of to at by in on for from with and or your no not
và khi có của để từ đến tại ở theo hoặc không đã cho với do sẽ đang phải được vào
请 请勿 和 与 及 或 在 从 到 至 把 将 被 已 再 仅
"""
LEANING = frozenset(_LEANING.split())  # a line that ends with one of these keeps its reader waiting

NUMBERED = frozenset(("ngày", "tháng", "năm", "mùng", "lúc", "điều", "usd", "vnd", "no."))  # a number follows them
NO_SENTENCE_END = frozenset(("No.", "a.m.", "p.m.", "Mr.", "Mrs.", "Ms.", "St."))

_FIRST = frozenset(pair.partition(" ")[0] for pair in SYLLABLE_PAIRS)


def inside_word(before: str, after: str) -> bool:
    """Whether a break between these two pieces, in small letters, would tear a word."""
    if before[-1] >= "\u4e00":
        return before[-1] + after[0] in HAN_PAIRS
    first = before.lstrip("(“")
    return first in _FIRST and f"{first} {after.rstrip(',.;:!?)”…')}" in SYLLABLE_PAIRS
