"""What the office edited, in words: what is in force, and what is wrong in a file that is not taken."""

from handlers.wording.sentences import Sentences


class Edited(Sentences):
    edited_taken: str = "{file}已生效，改了{count}处：\n{changes}"
    edited_refused: str = "{file}里有{count}处错，没有采用，仍按原来的办：\n{mistakes}"
    edited_more: str = "还有{count}处。"
    edited_unopened: str = "文件打不开，请看看它还在不在、能不能读。"
    edited_not_utf8: str = "文件不是 UTF-8 编码，请另存为 UTF-8。"

    # A mistake: where it is, and what is wrong there.
    edited_line: str = "第{line}行，{key}：{wrong}"
    edited_nowhere: str = "{key}：{wrong}"
    edited_syntax: str = "写法不对，程序读不懂：{found}。应写成 名字 = 值，文字加引号"
    edited_unknown: str = "没有这一项，请删掉或改对名字"
    edited_unknown_near: str = "没有这一项，是不是要写{near}"
    edited_missing: str = "没有写，这一项不能少"
    edited_wrong: str = "写的是{found}，应为{expected}"
    edited_rule: str = "写的是{found}，{wanted}"
    edited_other: str = "写的是{found}，这里不能这样写，请照自带规则的样子改"

    # What was expected.
    edited_whole: str = "整数"
    edited_number: str = "数字"
    edited_truth: str = "true 或 false"
    edited_text: str = "加引号的文字"
    edited_time: str = '"18:00" 这样的时间'
    edited_date: str = "2027-01-01 这样的日期"
    edited_list: str = "写在 [ ] 里的若干个"
    edited_table: str = "一张表，下面再写各项"
    edited_at_most: str = "不大于{bound}的数"
    edited_at_least: str = "不小于{bound}的数"
    edited_less: str = "小于{bound}的数"
    edited_more_than: str = "大于{bound}的数"
    edited_one_of: str = "其中之一：{bound}"
    edited_placeholders: str = "花括号里只用{bound}的一句话"
    edited_no_placeholder: str = "没有花括号的一句话"
    edited_braces: str = "花括号里只写名字的一句话（要写花括号本身，就连写两个）"
    edited_pattern: str = "自带规则里那样的英文名字（小写字母，不带空格）"
    edited_not_empty: str = "不空着的文字"

    # What the rules want of each other, and what to do; by the code of the rule.
    edited_rule_offset: str = "时间就是本市的时间，请去掉后面的时区"
    edited_rule_midnight: str = "不能是零点，请写晚一点的时间"
    edited_rule_busy_minute: str = "整点和半点大家都在发消息，请错开几分钟"
    edited_rule_only_number: str = "花括号里只能写 {{number}}，请把别的去掉"
    edited_rule_target: str = "只能写{bound}，或者一个人的电话号码，请改正"
    edited_rule_some: str = "这里至少要有一个，请补上"
    edited_rule_once: str = "同一个写了两次，请改掉其中一个"
    edited_rule_closes_after_due: str = "截止要晚于按时报的期限，请把 closes_day 改晚，或把 due_day 改早"
    edited_rule_closes_with_due: str = "截止不能早于按时报的期限，请把 closes_workday、closes_time 改晚"
    edited_rule_rest_or_work: str = "同一天不能又放假又上班，请从其中一处删掉"
    edited_rule_ends_before_begins: str = "静默时段早上的 ends 要早于傍晚的 begins，请改其中一个"
    edited_rule_overdue_after: str = "逾期后的催报最早在逾期的第1个工作日，请把 workdays 改成1或更大"
    edited_rule_one_edge: str = "at_least（满）和 more_than（超过）要写一个，也只能写一个，请补上或删掉一个"
    edited_rule_some_colour: str = "notice、yellow、red 至少要有一个，请补上"
    edited_rule_pace_of_money: str = "measure 按投资进度算的要写 pace，别的不能写，请补上或删掉 pace"
    edited_rule_months_of_monthly: str = "这种 measure 不是按月算的，请删掉 months"
    edited_rule_worsens: str = "从 notice 到 yellow 再到 red，界限要越来越高，请改其中一个"
    edited_rule_first_at_once: str = "第一级要马上通知，不能等上班，请把 working_hours 改成 false 或删掉"
    edited_rule_due_after_asked: str = "续报的期限 due 要晚于催要的时间 asked，请改其中一个"
    edited_rule_ages_rise: str = "三个天数要越来越大，先 blue_days，再 yellow_days，最后 red_days，请改正"
    edited_rule_head_before_circular: str = (
        "circular_workdays（通报）要大于 head_workdays（抄送主要负责人），请改其中一个"
    )
    edited_rule_key_of_category: str = "类别下面的 key 要以本类的 key 加一个点开头，请改正"
    edited_rule_reminds_by_day: str = "催报的时间 reminders.at 不能在静默时段里，请改其中一个"
    edited_rule_asks_by_day: str = "催要续报的时间 follow_up.asked 不能在静默时段里，请改其中一个"
