"""灯色 in words: how a light is shown to somebody, and its exemption. The reasons stand in `rules/light_words.py`."""

from handlers.wording.sentences import Sentences


class Lights(Sentences):
    light_line: str = "{mark}{light}（{since}起）：{reason}"
    light_as_of: str = "截至{month}，{reason}"
    light_marks: str = "🟢、🟡、🔴、⚪"  # green, yellow, red, none
    light_of_project: str = "{project} {line}"

    # 灯色豁免
    menu_exempt_light: str = "灯色豁免"
    ask_exempt_light: str = "哪个项目灯色豁免？"
    exempt_light_reasons: str = "政策调整、设计变更、不可抗力"
    ask_exempt_light_until: str = "{project}：豁免到哪一天？"
    exempt_light_until_hint: str = "也可以打日期，如“6月30日”；到那天为止。"
    until_month_end: str = "本月底（{date}）"
    until_half_end: str = "半年底（{date}）"
    until_year_end: str = "年底（{date}）"
    card_exempt_light: str = "请核对：{project}灯色豁免"
    line_light_now: str = "现在：{text}"
    line_exempt_until: str = "期限：到{text}"
    line_light_none: str = "豁免期间不评灯，到期自动恢复。"
    light_exempted: str = "已豁免：{project}灯色，到{until}"
    told_light_exempted: str = "{project}灯色豁免到{until}，期间不评灯。原因：{because}"
    ask_end_light_exemption: str = "{project}已豁免到{until}（{because}）。要恢复评灯吗？"
    end_light_exemption_yes: str = "恢复评灯"
    end_light_exemption_no: str = "不恢复"
    light_exemption_ended: str = "已恢复评灯：{project}"
    told_light_exemption_ended: str = "{project}的灯色豁免已结束，恢复评灯。"
    light_exemption_stays: str = "好，豁免不变。"

    # 零报告
    zero_ask_red: str = "{project}亮着红灯（{reason}）。确实没有问题吗？"
    zero_ask_red_too: str = "{asked}\n现在亮着红灯：{reason}"
