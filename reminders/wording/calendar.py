"""A year whose holidays nobody has entered, in words."""

# One sentence to the admins; a year that neither the installed calendar nor the rules file knows.
CALENDAR_UNKNOWN = (
    "{year}年的放假调休还没有录入，这一年的应报日子现在只按周末推算；国务院的通知公布后，请把日子填进规则文件的"
    "[calendar]（rest_days、workdays、years），存盘几秒后，还没开放的应报就按新日子走。"
)

# To who may have spoken while the program was away; WeCom's smart bot brings nothing again, Telegram no taps.
ABSENT_MESSAGES = "{span}我不在线，期间发给我的没收到，请再发一次。欠报的见 我的待办。"
ABSENT_TAPS = "{span}我不在线，期间点的按钮可能没收到，请再点一次。欠报的见 我的待办。"
ABSENT_SPAN = "{begin}到{end}"
ABSENT_MOMENT = "{moment}前后"
