"""请假, 代班, 销假 in words."""

from handlers.wording.sentences import Sentences


class Leaves(Sentences):
    word_leave: str = "请假"
    leave_words: str = "代班、我要请假"  # open the same
    word_end_leave: str = "销假"

    leave_span: str = "{first}至{last}"
    ask_leave_who: str = "谁请假？"
    leave_myself: str = "我自己（{name}）"
    ask_leave_days: str = "{name}哪几天请假？"
    leave_days_hint: str = "可以打：7月1日到7月10日、下周三到周五、明天起3天。"
    leave_today: str = "今天"
    leave_tomorrow: str = "明天"
    leave_days_unreadable: str = "没看懂是哪几天。请打 7月1日到7月10日，或 下周三到周五、明天。"
    leave_no_such_day: str = "没有{day}这一天。请打 7月1日到7月10日，或 下周三到周五、明天。"
    leave_backwards: str = "后面的日子比前面的早。请打 7月1日到7月10日，或 下周三到周五、明天。"
    leave_past: str = "{day}已经过去了，请假从今天起算。"
    ask_stand_in: str = "这几天由谁代？"
    stand_in_hint: str = "代班的人收得到提醒，可以替他报。"
    stand_in_none: str = "不用人代"

    card_leave: str = "请核对：{name}请假"
    card_leave_mend: str = "这样办不了，请改一下："
    leave_days_line: str = "{days}（{count}天）"
    leave_stand_in_line: str = "由{stand_in}代班，到期自动收回"
    leave_alone_line: str = "没有人代班，要报的转给上一级"
    leave_owed_line: str = "这几天要报的：{count}项"
    leave_none_owed: str = "这几天没有要报的"
    leave_covers_line: str = "那几天还代着{names}，也由{stand_in}接着代"
    leave_covers_alone_line: str = "那几天还代着{names}，就没有人代了"
    edit_leave_days: str = "改日期"
    edit_stand_in: str = "改代班人"
    leave_confirm: str = "✅ 确认请假"

    # What speaks against it.
    leave_overlaps: str = "{name}{days}已经请过假；要改，先销假。"
    leave_stand_in_self: str = "不能由自己代。"
    leave_stand_in_elsewhere: str = "{stand_in}不是本单位的在岗人员，只能由本单位的同事代。"
    leave_stand_in_unbound: str = "{stand_in}还没有绑定账号，收不到提醒，不能代。"
    leave_stand_in_away: str = "{stand_in}{days}也请假，不能代。"
    leave_no_such_colleague: str = "本单位没有叫{name}的同事，请选一个。"
    leave_not_for: str = "{name}的假不归您请，请本人、本单位一把手或市项目办来办。"

    leave_set: str = "请假已记下：{name} {days}"
    leave_set_text: str = "由{stand_in}代班，已告诉有关的人。提前回来，打「销假」。"
    leave_set_alone: str = "没有人代班，已告诉有关的人。提前回来，打「销假」。"
    told_stand_in: str = "{name}请假，由您代班"
    told_stand_in_text: str = "{days}，{name}的项目由您报，在「我的待办」里看得到，到期自动收回。"
    told_stand_in_owed: str = "这几天要报的："
    told_stand_in_line: str = "· {project} {duty}，{due}前"
    told_stand_in_more: str = "……还有{count}项。"
    told_stand_in_none: str = "这几天没有要报的。"
    told_leave: str = "{name}{days}请假，由{stand_in}代班。"
    told_leave_alone: str = "{name}{days}请假，没有人代班。"

    # 销假
    ask_which_leave: str = "销哪一次假？"
    leave_item: str = "{name} {days}"
    no_leave: str = "没有可以销的假。"
    card_end_leave: str = "请核对：{name}销假"
    end_leave_line: str = "{days}的假到今天为止，代班同时收回。"
    end_leave_confirm: str = "✅ 确认销假"
    leave_ended: str = "{name}已销假，代班已收回。"
    told_leave_ended: str = "{name}已销假，{days}的代班到此为止。"
    leave_is_over: str = "这次假已经结束了。"

    # A stand-in who cannot go on.
    told_stand_in_left: str = "{stand_in}已离任，{name}{days}请假没有人代班了。要换人，请先销假再请。"
    told_stand_in_unbound: str = "{stand_in}的账号已解绑，收不到{name}{days}请假期间的提醒。"

    # 我的待办
    duties_away: str = "您{days}请假，由{stand_in}代班。"
    duties_away_alone: str = "您{days}请假，没有人代班。"
    duties_standing_in: str = "代{name}：{count}项"
    stood_in: str = "{name}（代{away}）"
