"""问一句: the words in which people ask, and the answers."""

from handlers.wording.sentences import Sentences


class Asking(Sentences):
    word_ask: str = "查一查"
    ask_words: str = "查一查、查、问一问、问、查询"
    ask_title: str = "查一查"
    ask_text: str = "点一项，或直接打字：红灯、云溪区 本月、项目名称。"
    ask_nothing_to_see: str = "没有归您看的项目。如有出入，请告诉市项目办。"

    # What may be typed, in any order. The first of each is what is shown.
    asked_red: str = "红灯、红牌、亮红灯"
    asked_yellow: str = "黄灯、黄牌、亮黄灯"
    asked_green: str = "绿灯、绿牌"
    asked_lights: str = "灯色、亮灯、红黄灯、灯"
    asked_owing: str = "未报、没报、没有报、还没报、未上报、没上报、谁没报、欠报、没交、漏报、未报送"
    asked_done: str = (
        "进度、投资、完成投资、投资进度、投资完成、完成率、完成情况、完成、序时、进展、形象进度、投资情况"
    )
    asked_problems: str = "问题、存在问题、困难、难题"
    asked_overdue: str = "逾期问题、超期问题、逾期、超期、过期问题"
    asked_major: str = "重大问题、重大"
    asked_ranking: str = "排名、排行、排序、名次、讲评"
    asked_projects: str = "项目、项目清单、清单、名单"
    asked_this_month: str = "本月、这个月、当月、这月"
    asked_last_month: str = "上月、上个月"
    asked_this_year: str = "本年、今年、全年、年度、年初以来"
    asked_last_year: str = "去年、上年、上一年、去年全年"
    asked_same_period: str = "去年同期、上年同期、同期"
    asked_construction: str = "重大建设、建设项目"
    asked_preliminary: str = "重大前期、前期项目、前期"
    asked_filler: str = (
        "的、了、呢、吗、吧、啊、都、有、是、在、个、和、及、与、请、请问、查、看、问、找、查看、查询、查一下、看一下、"
        "看看、查一查、一下、帮我、给我、我要、我想、我想看、想看、想知道、知道、有哪些、哪些、哪个、哪几个、有什么、什么、"
        "怎么样、如何、多少、几个、情况、全市、全部、所有、目前、现在、我的、我、我们、牵头、负责、分管、截至、列出、一共"
    )
    # What a place's name may be without, and whom people call by what after the surname.
    asked_district_ends: str = "风景区、管理区、开发区、新区、区、县、市"
    asked_unit_begins: str = "市"
    asked_unit_ends: str = (
        "集团有限公司、有限责任公司、有限公司、公司、集团、委员会、管理局、局、委、办、中心、指挥部"
    )
    asked_front_end: str = "战线"
    asked_titles: str = "副市长、市长、书记、常委、主席、主任、局长、部长、秘书长"

    # What was asked, above the answer: what it is, whose projects, of when.
    asked_title: str = "{what}（{whose}）"
    asked_whose_city: str = "全市"
    asked_whose_led: str = "您牵头的"
    asked_whose_leader: str = "{names}牵头的"
    asked_whose_reported: str = "您报的"
    asked_overview: str = "总览"

    # Answers.
    told_more: str = "……另{count}个"
    told_line: str = "·{name}"
    told_line_about: str = "·{name} {about}"
    told_picture: str = "截至{year}年{month}月{day}日"
    told_picture_month: str = "截至{month}末"
    told_lights_of: str = "{light}{count}个（已评{judged}个）"
    told_lights: str = (
        "{red}红{red_count}，{yellow}黄{yellow_count}，{green}绿{green_count}，未评{none_count}"
    )
    told_lights_short: str = "灯色：{lights}"
    told_at_present: str = "目前{line}"
    told_of_today: str = "以下是目前的，不是当月的："
    told_light_since: str = "{since}起，{reason}"
    told_group_lights: str = "·{name}：红{red} 黄{yellow} 绿{green}"
    told_money: str = "年投资 完成{done}，占{share}%，序时{time}%，{gap}"
    told_money_no_plan: str = "年投资 完成{done}（没有年度计划）"
    told_span_money: str = "{span}完成{done}"
    told_span_unreported: str = "{span}未报"
    told_no_figures: str = "{when}没有数据，最早的是{first}。"
    told_not_yet: str = "{when}还没到。"
    told_group_money: str = "·{name} {share}%（{points}）"
    told_group_money_no_plan: str = "·{name} {done}（没有年度计划）"
    told_group_head: str = "从落后的起（括号里与序时差几个百分点）："
    told_owing: str = "应报{expected}项，未报{owing}项，其中逾期{overdue}项"
    told_owing_short: str = "未报{owing}项（逾期{overdue}项）"
    told_debtor_only: str = "·{project} ☎{callers}"
    told_debtor: str = "·{project} {what} ☎{callers}"
    told_no_open: str = "现在没有开着的期别。"
    told_past_owing: str = "{month}的已经截止，看“排名”。"
    told_problems: str = "未办结{count}件：重大{major}件，逾期{overdue}件"
    told_problems_short: str = "问题：重大{major}件，一般{general}件，逾期{overdue}件"
    told_problem: str = "·{number} {project} {category}{about} {what}"
    told_problem_major: str = "（重大）"
    told_problem_late: str = "（超{days}天）"
    told_projects: str = "{count}个项目"
    told_projects_paused: str = "{count}个项目（暂停{paused}个）"
    told_project: str = "·{mark}{number}号 {name}"
    told_state_paused: str = "暂停"
    told_state_ended: str = "已结束"
    told_project_head: str = "{number}号 {name}"
    told_project_about: str = "{unit}，{about}"
    told_project_year: str = "今年完成{done}，年度计划{plan}，占{share}%"
    told_project_year_no_plan: str = "今年完成{done}"
    told_last_report: str = "最近报：{period} {said}（{name} {time}）"
    told_no_report: str = "还没有报过进展。"
    told_project_problems: str = "问题{count}件：{problems}"
    told_persons: str = "{role}：{names}"
    told_person: str = "{name} {phone}"
    told_trend: str = "{project} 累计完成"
    role_lead_leader: str = "牵头领导"
    role_head: str = "一把手"
    role_deputy: str = "分管领导"
    role_reporter: str = "联络人"

    # Buttons that go deeper.
    button_more: str = "更多（第{page}页）"
    button_by_district: str = "按县市区"
    button_by_unit: str = "按单位"
    button_by_front: str = "按战线"
    button_count: str = "{what} {count}"

    # What could be meant.
    asked_which: str = "您要看哪一个？"
    asked_nearest: str = "没看懂“{text}”，或者不在您的范围内。您是不是要看："
    asked_nothing_near: str = "没看懂“{text}”，或者不在您的范围内。请点一项，或直接打字："

    # 帮助 and 我的待办 of leaders, who report nothing.
    help_leader_title: str = "您能做什么"
    help_leader: str = (
        "重大问题马上送到您手机，点「已知悉」，报的人就知道了。\n"
        "想知道什么，直接打字：红灯、云溪区 本月、项目名称。\n"
        "数字后面有编号的，打“查 A17”看它怎么来的；打“W3”看那个问题。\n"
        "日报什么时候发，打“日报设置”。"
    )
    help_department: str = (
        "交给您单位的问题点「待办问题」：先签收，办完点办结、发照片；督办单也一样。不归你们的点退单。\n"
        "想知道什么，直接打字：红灯、云溪区 本月、项目名称、W3、D5。\n"
        "数字后面有编号的，打“查 A17”看它怎么来的。日报什么时候发，打“日报设置”。"
    )
    help_supervision: str = (
        "没有人知悉的重大问题会报到您这里，点「已知悉」。\n"
        "想知道什么，直接打字：红灯、云溪区 本月、逾期问题、项目名称、W3、D5。\n"
        "数字后面有编号的，打“查 A17”看它怎么来的。"
    )
    help_office: str = (
        "报告和应报的事点「市项目办」：谁没报、退回、解锁、免报、通知、代报、督办、抽查。\n"
        "等您交办、裁定、销号的问题点「待办问题」，等您确认、核查的点「督办单」。\n"
        "重大问题马上送到您手机。管项目和人，打“台账”。\n"
        "想知道什么，直接打字：红灯、云溪区 本月、项目名称、W3、D5。"
    )
    leader_duties_waiting: str = "等您知悉的重大问题{count}件："
    leader_duties_none: str = "没有等您知悉的重大问题。您不用填报。"
