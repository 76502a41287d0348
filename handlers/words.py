"""Every sentence of a conversation: templates that a words file (SANBAO_WORDS_FILE) may replace by name.

Rule 1  A replacement may use only the placeholders of the sentence it replaces; unknown names are errors.
Rule 2  What people wrote enters as a value, never as a template.
Rule 3  Lists of words that people may type are one string, separated by the ideographic comma 、.
"""

import string
import tomllib
from functools import cache

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator

from handlers.plain import plain
from rules.mistakes import BookError, syntax_mistake, value_mistakes


def placeholders(template: str) -> set[str]:
    """The names in braces. Raises ValueError for one with a format, and for a brace that stands alone."""
    parts = [part for part in string.Formatter().parse(template) if part[1] is not None]
    if any(form or conversion for _, _, form, conversion in parts):
        raise ValueError(f"found a format after a name in {template!r}, expected the bare name in braces")
    return {str(name) for _, name, _, _ in parts}


@cache
def split_words(listed: str) -> frozenset[str]:
    return frozenset(plain(word) for word in listed.split("、"))


class Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    # What may be typed instead of a button.
    cancel_words: str = "取消、不报了、退出、/cancel"
    back_words: str = "上一步、返回、/back"
    keep_words: str = "不改、不改了"
    yes_words: str = "确认、确定、是、好、好的、对、ok、yes、1"
    done_words: str = "完成、好了、就这些、没了、done"
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
    amount_unreadable: str = "没看懂这个金额。请只发一个数，如 1200（万元）、1200万、1.2亿。"
    send_photo_or_tap: str = "请发照片；没有就点按钮。"
    confirm_below: str = "请点「确认上报」；要改哪一项就点哪一项。"
    question_changed: str = "情况有变化，请再看一遍。"
    button_out_of_date: str = "这个按钮已过时，请看这里。"
    button_of_nothing: str = "这个按钮已经失效，请重新选一项。"
    talk_is_over: str = "这次填报已经结束：{outcome}"
    talk_was_left: str = "那次填报没有报完，已经作废。要报请重新开始。"
    not_your_button: str = "这个按钮是发给别人的，您不能点。"

    # Opening, pausing, ending.
    cancelled: str = "已取消，什么都没有上报。"
    paused: str = "（「{title}」先放下，没报完的都留着。）"
    resume_button: str = "继续「{title}」"
    drop_button: str = "不要了"
    dropped: str = "「{title}」没报完的已经作废，没有上报。"
    not_understood: str = "没看懂这句话。请点一项："
    media_kept: str = "收到{count}个文件，先替您存着。报进展或报问题时，到照片那一步点一下就能带上。"
    media_refused: str = "您发的照片或文件有一个没能收下（{reason}），报的内容不受影响。请换一个再发。"
    media_lost: str = "您发的照片或文件有一个没能取到，报的内容不受影响。请再发一次。"
    edited_too_late: str = "改了的旧消息不算数。请重发一条，或在确认卡片上改。"
    only_words: str = "看不懂这类消息。请打字、点按钮，或发照片。"
    in_private_only: str = "请到与我的单聊里上报，群里不收。"
    trouble: str = "系统出了点问题，没能处理这条消息；它已保存，管理员已收到通知。您的草稿还在。"
    trouble_for_admin: str = (
        "有消息处理失败，已搁置：收件 {inbox}，{error}。处理后运行 sanbao parked --retry {inbox}。"
    )

    # Strangers and binding.
    stranger: str = "我还不认识您。请向市项目办要一个邀请码，把邀请码发给我即可。"
    code_wrong: str = "邀请码不对或已过期。请核对后再发，或向市项目办重新要一个。"
    code_too_often: str = "邀请码错得太多，请一小时后再试。"
    bound: str = "{name}，您好！您已绑定为{unit}的{name}。"
    bound_notice: str = (
        "这里只记您的姓名、单位、上报内容和时间，用于重大项目调度，按档案规定保存。请勿发送任何涉密内容。"
    )
    bound_elsewhere: str = "您已改用另一个账号上报，这个账号不再有效。如不是您本人操作，请立即告诉市项目办。"
    already_bound: str = "您已经绑定好了，直接用就行。请点一项："

    # Menu.
    menu_progress: str = "报进展"
    menu_issue: str = "报问题"
    menu_zero: str = "零报告"
    menu_duties: str = "我的待办"
    menu_help: str = "帮助"
    help_title: str = "三报怎么用"
    help: str = (
        "报进展：每月填一次本月完成投资和形象进度。\n"
        "报问题：重大问题随时报，马上送到牵头领导。\n"
        "零报告：半年里没有问题，点一下、确认一下。\n"
        "我的待办：看还欠什么。\n"
        "打字和点按钮都行。填错了点「上一步」，不报了点「取消」。中途放下，草稿一直留着。"
    )
    no_projects: str = "没有要您上报的项目。如有出入，请告诉市项目办。"

    # 报进展
    progress_title: str = "报进展"
    ask_project: str = "哪个项目？"
    progress_closed: str = "现在没有要报的月报。下次从{opens}起报。"
    progress_closed_unknown: str = "现在没有要报的月报。到了时候会提醒您。"
    project_done_mark: str = "{project}（已报）"
    ask_correct: str = "{project} {period}已由{name}报过（{receipt}）。要更正吗？"
    correct_yes: str = "更正这份报告"
    correct_no: str = "不用了"
    correct_left: str = "好，原报告不变（{receipt}）。"
    talk_gone: str = "{title}没有收下：{project}的上报已经截止，或已不由您报。请与市项目办联系。"
    nothing_to_cancel: str = "现在没有正在填的报告。"
    ask_amount: str = "{project}：{period}完成投资多少？（万元）"
    amount_hint: str = "年初至今累计 {year_done}，年计划 {plan}。直接打数字，如 1200"
    amount_hint_no_plan: str = "年初至今累计 {year_done}。直接打数字，如 1200"
    filed_amount_hint: str = "原报 {amount}。"
    same_as_last: str = "同上月（本月0元，形象进度不变）"
    same_words: str = "同上月、没动、没变化"
    ask_progress: str = "形象进度到哪一步了？"
    progress_hint: str = "上月：{last}"
    progress_hint_filed: str = "原报：{text}"
    progress_hint_first: str = "一句话，如：主体封顶，完成70%"
    ask_stage: str = "{project}：前期工作到哪一步了？"
    ask_photos: str = "有现场照片吗？"
    photos_none: str = "没有照片"
    photos_done: str = "就这些（{count}张）"
    photos_again: str = "清空重发"
    photos_offered: str = "用刚才发的{count}张"
    photos_hint: str = "直接发过来，可以发几张；没有就点一下。"
    photos_got: str = "已收{count}张，还有就接着发。"
    card_progress: str = "请核对：{project} {period}进展"
    line_amount: str = "本月完成：{amount}"
    line_year: str = "年初累计：{amount}（年计划的{share}%）"
    line_year_no_plan: str = "年初累计：{amount}"
    line_total: str = "开工累计：{amount}（总投资的{share}%）"
    line_progress: str = "形象进度：{text}"
    line_carried: str = "形象进度：{text}（同上月）"
    line_stage: str = "阶段：{text}"
    line_photos: str = "照片：{count}张"
    line_photos_kept: str = "照片：原有{kept}张，新增{count}张"
    line_no_photos: str = "照片：无"
    line_next_plan: str = "下月安排：{text}"
    line_coordination: str = "需协调：{text}"
    edit_amount: str = "改本月完成"
    edit_progress: str = "改形象进度"
    edit_stage: str = "改阶段"
    edit_photos: str = "改照片"
    add_next_plan: str = "＋下月安排"
    add_coordination: str = "＋需协调事项"
    edit_next_plan: str = "改下月安排"
    edit_coordination: str = "改需协调事项"
    extra_none: str = "不写这一项"
    extra_none_words: str = "不写、没有、无、删掉"
    told_corrected: str = "{name}更正了您报的{project} {period}进展（{receipt} 第{version}版）。"
    ask_next_plan: str = "下月怎么安排？"
    ask_coordination: str = "有什么需要上面协调？"
    receipt_progress: str = "已收到 {receipt}"
    receipt_progress_text: str = "{project} {period}进展\n{summary}"
    receipt_correction: str = "已更正 {receipt}（第{version}版）"
    still_owed: str = "本月还有{count}个项目没报。"
    nothing_owed: str = "本月的都报完了，谢谢！"
    duty_closed: str = "{project} {period}的上报已经截止，没有收下。请与市项目办联系。"
    filed_meanwhile: str = "{project} {period}刚刚已由{name}报过（{receipt}），您这份没有收下，免得重复。"
    next_project_button: str = "接着报：{project}"

    # 报问题
    issue_title: str = "报问题"
    ask_severity: str = "{project}：问题有多严重？"
    severity_hint: str = "重大问题会立即通知牵头领导。"
    severity_major: str = "🔴 重大问题"
    severity_major_words: str = "重大、重大问题、严重、大"
    severity_general: str = "一般问题"
    severity_general_words: str = "一般、一般问题、不严重、小"
    ask_category: str = "是哪一类问题？"
    ask_what: str = "出了什么事？"
    what_hint: str = "一两句话说清楚：什么时候、什么地方、什么情况。"
    ask_help: str = "需要谁帮什么忙？"
    help_none: str = "暂时不需要"
    help_none_words: str = "不需要、不用、没有、无"
    card_issue: str = "请核对：{project} {severity}"
    line_category: str = "类别：{text}"
    line_what: str = "情况：{text}"
    line_help: str = "需要：{text}"
    line_no_help: str = "需要：暂时不需要"
    line_goes_to: str = "将立即通知：{names}"
    edit_severity: str = "改级别"
    edit_category: str = "改类别"
    edit_what: str = "改情况"
    edit_help: str = "改需要"
    edit_project: str = "改项目"
    confirm_major: str = "🔴 确认，立即上报"
    receipt_issue: str = "已登记 {number}"
    receipt_major: str = "重大问题 {number} 已报出"
    told: str = "已发给：{names}"
    unreachable: str = "没能通知到：{names}（没绑定或已停用）。请马上打电话。"
    nobody_to_tell: str = "这个项目没有登记要通知的领导，请马上打电话给市项目办！"
    alert_title: str = "🔴 重大问题 {number}：{project}"
    alert: str = "{what}\n需要：{help}\n类别：{category}\n{unit} {name} {phone}，{time}报"
    acknowledge_button: str = "已知悉"
    acknowledge_words: str = "知悉、已知悉、收到"
    acknowledged: str = "已记下：您于{time}知悉 {number}。"
    acknowledged_already: str = "{number} 已由{name}于{time}知悉。"
    told_acknowledged: str = "{number} {project}：{name}已知悉。"
    not_yours_to_acknowledge: str = "{number} 要由牵头领导、牵头部门或市项目办知悉。"
    issue_title_line: str = "{number} {severity}：{project}"
    issue_status: str = "{time}由{name}上报"
    issue_waiting: str = "还没有人知悉"
    issue_taken: str = "已由{name}于{time}知悉"
    not_reached: str = "{number} 没能送到{name}（对方停用了机器人），请马上打电话：{phone}"
    general_needs_none: str = "{number} 是一般问题，不用知悉。"
    no_such_issue: str = "没有找到问题 {number}。"

    # 零报告
    zero_title: str = "零报告"
    zero_closed: str = "现在不用零报告。{period}的零报告从{opens}起报。"
    zero_closed_unknown: str = "现在不用零报告。到了时候会提醒您。"
    zero_none: str = "{period}没有可以零报告的项目。"
    zero_done: str = "{period}的零报告都报过了。"
    zero_card: str = "请核对：{period}零报告"
    zero_line: str = "这{count}个项目{period}没有发生问题："
    zero_line_one: str = "这个项目{period}没有发生问题："
    zero_barred: str = "不能零报告（有问题要说）："
    zero_barred_line: str = "{project}：有问题 {numbers}"
    zero_agree: str = "✅ 确认：没有问题"
    zero_pick: str = "只报其中几个"
    ask_zero_projects: str = "哪些项目没有问题？"
    zero_receipt: str = "零报告已收到"
    zero_receipt_line: str = "{project} {receipt}"
    zero_refused_line: str = "{project}：没有收下（{reason}）"
    zero_reason_issue: str = "有问题 {numbers}"
    zero_reason_closed: str = "已截止"

    # 我的待办
    duties_title: str = "我的待办"
    duties_none: str = "现在没有欠报的。"
    duties_next: str = "下一次：{what}，{opens}起报。"
    duties_line_progress: str = "{project} {period}进展，{due}前"
    duties_line_zero: str = "{project} {period}零报告，{due}前"
    duties_line_overdue: str = "⚠ {project} {period}{what}，已过{due}，{closes}截止"
    duties_kind_progress: str = "进展"
    duties_kind_zero: str = "零报告"
    duties_more: str = "还有{count}项，报完这些会接着列出。"
    duties_sent: str = "最近报过："
    duties_sent_line: str = "{receipt} {project} {period}{what}"
    duties_button_progress: str = "报进展：{project}"
    duties_button_zero: str = "零报告（{count}个项目）"
    button_issue: str = "报问题：{project}"

    def aliases(self, listed: str) -> frozenset[str]:
        """The words of one of the lists above, as typed text is compared with them."""
        return split_words(listed)

    @field_validator("*")
    @classmethod
    def _only_known_placeholders(cls, template: str, info: ValidationInfo) -> str:
        try:
            found = placeholders(template)
        except ValueError as error:
            raise ValueError("bare names in braces, and a literal brace written twice") from error
        known = placeholders(str(cls.model_fields[str(info.field_name)].default))
        if strange := found - known:
            there = ", ".join(f"{{{name}}}" for name in sorted(known)) or "none"
            raise ValueError(f"no placeholders but {there}, not {{{min(strange)}}}")
        return template


def load(text: str | None, name: str = "words file") -> Words:
    """The sentences, those of a words file's text before the defaults.

    Raises `BookError`, whose text calls the file `name`.
    """
    try:
        return Words.model_validate(tomllib.loads(text or ""))
    except tomllib.TOMLDecodeError as error:
        raise BookError(name, [syntax_mistake(error, text or "")]) from None
    except ValidationError as error:
        raise BookError(name, value_mistakes(error, text or "", Words)) from None
