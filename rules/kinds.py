"""The closed lists of the field: every value is what a database row holds, so a value is never renamed.

The Chinese beside a value is its standard term. Words shown to people stand in `handlers/words.py`.
"""

from enum import StrEnum


class Severity(StrEnum):
    """问题级别. A major problem is reported at once, a general one monthly (notice of 2012, three-report rule)."""

    MAJOR = "major"  # 重大问题
    GENERAL = "general"  # 一般问题


class ReportKind(StrEnum):
    """What a unit files about a project for a period."""

    PROGRESS = "progress"  # 进展月报
    ZERO = "zero"  # 无问题零报告


class DutyKind(StrEnum):
    """What a unit owes (应报)."""

    PROGRESS = "progress"  # monthly figures
    ZERO = "zero"  # half-yearly zero-report
    ISSUE = "issue"  # monthly word on an open general problem
    DAILY = "daily"  # 续报: the day's word on an open major problem


class DutyState(StrEnum):
    """应报状态. The first three are derived from the clock while open; the rest are written at close, once."""

    UPCOMING = "upcoming"  # 未到期
    OPEN = "open"  # 待报
    OVERDUE = "overdue"  # 逾期待报: past due, before the close
    ON_TIME = "on_time"  # 按时
    LATE = "late"  # 迟报
    MISSED = "missed"  # 未报
    UNDELIVERED = "undelivered"  # 送达异常
    EXEMPT = "exempt"  # 免报
    VOID = "void"  # 不适用: a problem answered for the zero, or the project left the list before the period ended


class ProjectKind(StrEnum):
    """项目类型."""

    CONSTRUCTION = "construction"  # 重大建设
    PRELIMINARY = "preliminary"  # 重大前期


class Stage(StrEnum):
    """意向→签约→开工→竣工→投产→效益 (notice of 2012, rolling development of projects)."""

    INTENTION = "intention"  # 意向
    SIGNED = "signed"  # 签约
    STARTED = "started"  # 开工
    COMPLETED = "completed"  # 竣工
    PRODUCING = "producing"  # 投产
    YIELDING = "yielding"  # 效益


class ProjectState(StrEnum):
    """Whether a project stands on the expected list."""

    ACTIVE = "active"  # 在建/在推进
    PAUSED = "paused"  # 暂停
    ENDED = "ended"  # 结束


class Role(StrEnum):
    """What a person may do in the whole system."""

    REPORTER = "reporter"  # 联络人
    DEPUTY = "deputy"  # 分管领导
    HEAD = "head"  # 一把手
    OFFICE = "office"  # 市项目办
    LEAD_LEADER = "lead_leader"  # 牵头领导
    LEAD_DEPARTMENT = "lead_department"  # 牵头部门
    SUPERVISION = "supervision"  # 督查室
    ADMIN = "admin"  # 管理员


class IssueState(StrEnum):
    """Where a problem stands; what leads from one to the next is one table (rules/issue_life)."""

    REGISTERED = "registered"  # 已登记, 待交办
    ACKNOWLEDGED = "acknowledged"  # 已知悉, 待交办
    ASSIGNED = "assigned"  # 已交办, 待签收
    DISPUTED = "disputed"  # 退单, 待裁定
    HANDLING = "handling"  # 办理中
    DEFERRING = "deferring"  # 办理中, 延期待批
    DONE = "done"  # 报办结, 待提出人确认
    SOLVED = "solved"  # 报称已解决, not yet closed out
    CLOSED = "closed"  # 已销号
    FALSE = "false"  # 误报: the office has decided that there was no problem


class IssueStep(StrEnum):
    """What is done with a problem beside the words of its unit; kept as the kind of the problem's event."""

    ASSIGN = "assigned"  # 交办
    SIGN = "sign"  # 签收
    REFUSE = "refuse"  # 退单
    UPHOLD = "uphold"  # 驳回退单
    FEEDBACK = "feedback"  # 反馈
    EXTEND = "extend"  # 申请延期
    APPROVE = "approve"  # 同意延期
    DENY = "deny"  # 不同意延期
    FINISH = "finish"  # 办结
    CLOSE = "close"  # 销号
    SEND_BACK = "send_back"  # 退回重办
    REOPEN = "reopen"  # 重新打开
    RAISE = "raise"  # 升为重大
    LOWER = "lower"  # 降为一般
    IS_FALSE = "is_false"  # 认定误报
    NOT_FALSE = "not_false"  # 不是误报
    CONCEALED = "concealed"  # 认定瞒报: the zero does not count
    NOT_CONCEALED = "not_concealed"  # 不是瞒报: the zero stands


class Ageing(StrEnum):
    """超期颜色 of a problem whose limit has passed."""

    BLUE = "blue"  # 蓝
    YELLOW = "yellow"  # 黄
    RED = "red"  # 红


class IssueWord(StrEnum):
    """What a unit says of a problem that it has reported (续报); kept as the kind of the problem's event."""

    STILL = "still"  # 仍在
    CHANGED = "changed"  # 有变化
    SOLVED = "solved"  # 已解决
    UNSOLVED = "unsolved"  # 还没解决: what was said to be solved is open again


class IssueAct(StrEnum):
    """What is done about a problem by those who were told of it; kept as the kind of the problem's event."""

    ACKNOWLEDGED = "acknowledged"  # 知悉
    HANDLING = "handling"  # 我来处理
    FORWARDED = "forwarded"  # 转办
    DIRECTIVE = "directive"  # 批示


class EscalationState(StrEnum):
    """Where the ladder (上报链) of a problem stands."""

    RUNNING = "running"  # nobody has taken it yet
    TAKEN = "taken"  # 已知悉; something must follow
    FOLLOWED = "followed"  # something has followed
    EXHAUSTED = "exhausted"  # the last rung was told in vain
    OVER = "over"  # lowered, closed out, or a drill that has ended


class Lane(StrEnum):
    """The class of an outgoing message, most urgent first; `order` is what the queue sorts by."""

    URGENT = "urgent"
    REPLY = "reply"
    REMINDER = "reminder"
    DIGEST = "digest"

    @property
    def order(self) -> int:
        return list(Lane).index(self)

    @property
    def bulk(self) -> bool:
        """What nobody waits for: it leaves room to the rest, and is never sent a second time in doubt."""
        return self in (Lane.REMINDER, Lane.DIGEST)


class Light(StrEnum):
    """灯色: how a project stands (rules/lights)."""

    GREEN = "green"  # 绿灯
    YELLOW = "yellow"  # 黄灯
    RED = "red"  # 红灯


class PlaceKind(StrEnum):
    """What projects are told apart by. Kept in buttons, never renamed."""

    DISTRICT = "d"  # 县市区
    FRONT = "f"  # 战线
    CATEGORY = "c"  # 项目类别
    KIND = "k"  # 项目类型
    UNIT = "u"  # 责任单位
    LEADER = "m"  # 牵头领导


class Often(StrEnum):
    """How often a leader wants to be told (日报设置)."""

    INSTANT = "instant"  # 立即
    DAILY = "daily"  # 每日
    WEEKLY = "weekly"  # 每周


class Measure(StrEnum):
    """What a light is judged by."""

    BEHIND_POINTS = "behind_points"  # 落后序时的百分点
    BEHIND_PERCENT = "behind_percent"  # 比应完成的少百分之几
    START_MONTHS = "start_months"  # 逾期未开工的月数
    MILESTONE_DAYS = "milestone_days"  # 节点逾期的天数
    PROBLEM_DAYS = "problem_days"  # 问题逾期的天数

    @property
    def of_money(self) -> bool:
        return self in (Measure.BEHIND_POINTS, Measure.BEHIND_PERCENT)

    @property
    def monthly(self) -> bool:
        return self.of_money or self is Measure.START_MONTHS


class Pace(StrEnum):
    """What 序时 is counted by."""

    YEAR = "year"  # months/12
    OWN = "own"  # the months of the year in which the project is planned to be built


class PeriodKind(StrEnum):
    """期别的种类."""

    DAY = "day"  # 日
    MONTH = "month"  # 月
    QUARTER = "quarter"  # 季度
    HALF = "half"  # 半年
    YEAR = "year"  # 年


class Anchor(StrEnum):
    """What a reminder is counted from, in working days."""

    DUE = "due"  # before the due day
    OVERDUE = "overdue"  # after it
    CLOSE = "close"  # before the day of the close


class Snooze(StrEnum):
    """稍后提醒我: when to be reminded again."""

    HOURS = "h"  # some hours later
    MORNING = "m"  # on the next working morning


class Rolling(StrEnum):
    """What becomes of a date that falls on a rest day (遇休息日)."""

    NEXT = "next"  # 顺延至下一工作日
    SECOND = "second"  # 顺延至其后第二个工作日
    PREVIOUS = "previous"  # 提前至上一工作日


class OrderKind(StrEnum):
    """督办单: where an order comes from."""

    DIRECTIVE = "directive"  # 批示件: a leader's instruction
    KEY = "key"  # 重点督办, by the office's hand
    MILESTONE = "milestone"  # 分段督办: a milestone that is due or overdue
    CHECK = "check"  # 不定期抽查


class OrderState(StrEnum):
    """Where an order stands (rules/orders)."""

    DRAFTED = "drafted"  # 待确认
    CONFIRMED = "confirmed"  # 待送达: nobody of the receiver can be reached here
    DELIVERED = "delivered"  # 待签收
    SIGNED = "signed"  # 办理中
    DEFERRING = "deferring"  # 延期待批
    DONE = "done"  # 待核查
    CHECKED = "checked"  # 已核查, reported to the leader
    CLOSED = "closed"  # 已结
    WITHDRAWN = "withdrawn"  # 已撤销


class OrderStep(StrEnum):
    """What is done with an order; kept as the kind of its event."""

    CONFIRM = "confirm"  # 确认下达
    RECEIVER = "receiver"  # 改对象
    LIMIT = "limit"  # 改时限
    TEXT = "text"  # 改内容
    DELIVER = "deliver"  # 已送达
    SIGN = "sign"  # 签收
    REFUSE = "refuse"  # 退单
    FEEDBACK = "feedback"  # 反馈
    EXTEND = "extend"  # 申请延期
    APPROVE = "approve"  # 同意延期
    DENY = "deny"  # 不同意延期
    FINISH = "finish"  # 办结
    AGREE = "agree"  # 同意办结
    SEND_BACK = "send_back"  # 退回重办
    CLOSE = "close"  # 归档
    WITHDRAW = "withdraw"  # 撤销
