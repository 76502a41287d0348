"""A year whose holidays nobody has entered, in words."""

# One sentence to the admins; a year that neither the installed calendar nor the rules file knows.
CALENDAR_UNKNOWN = (
    "{year}年的放假调休还没有录入，这一年的应报日子现在只按周末推算；国务院的通知公布后，请把日子填进规则文件的"
    "[calendar]（rest_days、workdays、years），存盘几秒后，还没开放的应报就按新日子走。"
)
