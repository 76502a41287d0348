"""What is said in every conversation: words that are typed, buttons under every question, the menu."""

from handlers.wording.sentences import Sentences


class Common(Sentences):
    # What may be typed instead of a button.
    cancel_words: str = "取消、不报了、退出、/cancel"
    back_words: str = "上一步、返回、/back"
    restore_words: str = "恢复、恢复刚才填的"
    keep_words: str = "不改、不改了"
    yes_words: str = "确认、确定、是、好、好的、对、ok、yes、1"
    done_words: str = "完成、好了、就这些、没了、没有了、发完了、done"
    no_photo_words: str = "没有、无、没有照片、无照片、不用、跳过、0"
    offered_words: str = "用刚才发的、用刚才的、刚才发的、刚才的"
    again_words: str = "清空重发、清空、重发"
    more_words: str = "更多、下一页、翻页"
    correct_yes_words: str = "更正、是、要、要更正"
    correct_no_words: str = "不要、否、不、不更正"

    # Buttons under every question.
    back_button: str = "‹ 上一步"
    cancel_button: str = "取消"
    keep_button: str = "不改了"
    confirm_button: str = "✅ 确认上报"
    done_button: str = "完成（已选{count}个）"
    more_items: str = "翻到第{page}页（共{pages}页，也可打字找）"

    # What an answer that cannot be read is told.
    list_separator: str = "、"
    several_match: str = "有几个都对得上：{names}。请点一个，或多打几个字。"
    choose_below: str = "请点下面的按钮，或打出其中一个的名称。"
    at_least_one: str = "至少要选一个。"
    type_answer: str = "请直接打字回答。"
    too_long: str = "太长了：{found}字，最多{longest}字。请缩短后再发。"
    no_such_day: str = "没有{day}这一天，请再看一下日期。"
    amount_unreadable: str = "没看懂这个金额。请只发一个数，如 1200（万元）、1200万、1.2亿。"
    amount_negative: str = "金额不能是负数。核减以前多报的，请更正原来那份报告。"
    amount_two: str = "里面有几个数，不知道取哪一个。请只发一个，如 1200（万元）。"
    amount_approximate: str = "请发准数，不要“约”“多”“左右”，如 1200（万元）。"
    amount_too_large: str = "这个数太大了，请核对单位。直接打数字是万元，如 1200。"
    amount_below: str = "{found}比已报的{least}还少，累计不会减少。请再核对一下。"
    photos_or_none: str = "这一步是发照片，打的字没有记下。"
    photos_none_left: str = "现在一张也没有收下。"
    confirm_below: str = "请点「{agree}」；要改哪一项就点哪一项。"
    question_changed: str = "情况有变化，请再看一遍。"
    button_out_of_date: str = "这个按钮已过时，请看这里。"
    button_of_nothing: str = "这个按钮已经失效，请重新选一项。"
    replaced: str = "已由后来说的一条代替。"
    talk_is_over: str = "这次填报已经结束：{outcome}"
    talk_was_left: str = "那次填报没有报完，已经作废。要报请重新开始。"
    not_for_you: str = "这件事不归您办，没有收下。如有出入，请告诉市项目办。"
    not_your_button: str = "这个按钮是发给别人的，您不能点。"

    # Opening, pausing, ending.
    cancelled: str = "已取消，什么都没有上报。"
    restore_button: str = "恢复刚才填的"
    nothing_to_restore: str = "没有可以恢复的。要报请点菜单重新开始。"
    talk_called: str = "「{title}」{project}"
    paused: str = "（{talk}先放下，没报完的都留着。）"
    taken_up: str = "（接着上次没报完的。）"
    resume_button: str = "继续{talk}"
    drop_button: str = "不要了：{talk}"
    dropped: str = "好，{talk}没报完的不要了，什么都没有上报。"
    drafts_title: str = "没报完的："
    drafts_more: str = "还有{count}份，处理了上面的会接着列出。"
    # What people say out of politeness is no question, and gets no list of buttons.
    courtesy_words: str = "好的、好、收到、谢谢、谢谢了、多谢、辛苦了、知道了、明白、明白了、嗯、嗯嗯、行、ok"
    courtesy: str = "好的。"
    greeting_words: str = "你好、您好、在吗、在不在、在、早、早上好、hi、hello"
    not_understood: str = "没看懂这句话。请点一项："
    edited_too_late: str = "改了的旧消息不算数。请重发一条，或在确认卡片上改。"
    only_words: str = "看不懂这类消息。请打字、点按钮，或发照片。"
    in_private_only: str = "请到与我的单聊里上报，群里不收。"
    trouble: str = "系统出了点问题，没能处理这条消息；它已保存，管理员已收到通知。您的草稿还在。"
    trouble_for_admin: str = (
        "有消息处理失败，已搁置：收件 {inbox}，{error}。处理后运行 sanbao parked --retry {inbox}。"
    )

    # Menu.
    menu_progress: str = "报进展"
    menu_issue: str = "报问题"
    menu_zero: str = "零报告"
    menu_duties: str = "我的待办"
    menu_help: str = "帮助"
    menu_mine: str = "零报告/我的"  # the third of the menu below a WeCom chat: at most 16 bytes
    help_title: str = "三报怎么用"
    help: str = (
        "报进展：每月填一次本月完成投资和形象进度。\n"
        "报问题：重大问题随时报，马上送到牵头领导。\n"
        "零报告：半年里没有问题，点一下、确认一下。\n"
        "我的待办：看还欠什么。\n"
        "打字和点按钮都行。填错了点「上一步」，不报了点「取消」，点错了还能恢复。中途放下，草稿一直留着。"
    )
    no_projects: str = "没有要您上报的项目。如有出入，请告诉市项目办。"
