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
    edited_other: str = "写的是{found}，不合要求：{expected}"
    edited_together: str = "这几项写在一起不合要求：{expected}"

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
