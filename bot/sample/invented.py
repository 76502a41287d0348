"""What the sample city is made of: units and projects in words. Only the districts are real.

A project stands behind its front (战线): 工 industry, 城 city, 交 transport, 农 farming and water, 社 social,
商 trade and tourism. The order gives the project numbers: first all of `building`, then all of `preparing`.
"""

from dataclasses import dataclass

FRONTS = {"工": "工业", "城": "城建", "交": "交通", "农": "农林水", "社": "社会事业", "商": "商贸旅游"}

YUEYANGLOU, YUNXI, JUNSHAN = "岳阳楼区", "云溪区", "君山区"
YUEYANG_COUNTY, HUARONG, XIANGYIN, PINGJIANG = "岳阳县", "华容县", "湘阴县", "平江县"
MILUO, LINXIANG, QUYUAN = "汨罗市", "临湘市", "屈原管理区"
DEVELOPMENT_ZONE, NANHU = "经济技术开发区", "南湖风景区"
CITY = "市本级"

DISTRICTS = (
    *(YUEYANGLOU, YUNXI, JUNSHAN, YUEYANG_COUNTY, HUARONG, XIANGYIN, PINGJIANG),
    *(MILUO, LINXIANG, QUYUAN, DEVELOPMENT_ZONE, NANHU),
)


@dataclass(frozen=True, slots=True)
class Bureau:
    """A responsible unit with its projects; `second` of them, from the end, are the second contact's."""

    name: str
    district: str
    building: str
    preparing: str = ""
    second: int = 0


BUREAUS = (
    Bureau(
        "岳阳楼区住房和城乡建设局", YUEYANGLOU, "城湖滨路提质改造 城老城区棚户区改造一期 社城北水厂扩建工程"
    ),
    Bureau("岳阳楼区商务局", YUEYANGLOU, "商农产品冷链物流园 商白杨商贸城", "商滨湖文化商街 商汽车主题公园"),
    Bureau("岳阳楼区教育局", YUEYANGLOU, "社枫桥小学新建工程"),
    Bureau(
        "云溪区住房和城乡建设局",
        YUNXI,
        "城云溪大道延伸段 社松林安置小区 城双溪污水处理厂",
        "城云溪新城路网 社松林廉租住房二期",
    ),
    Bureau(
        "云溪区经济和信息化局",
        YUNXI,
        "工精细化工园一期 工碳四深加工 工特种溶剂生产线 工催化剂新材料 工石化装备制造基地",
        "工聚丙烯改性材料 工化工物流管廊 工环氧树脂扩能",
    ),
    Bureau("云溪区水务局", YUNXI, "农清水河综合治理", "农松林灌区续建配套"),
    Bureau(
        "君山区住房和城乡建设局",
        JUNSHAN,
        "城君山垃圾焚烧发电 城柳林大道 社君山廉租住房",
        "城君山新区供水管网 城芦苇滩湿地公园",
    ),
    Bureau(
        "君山区农业局", JUNSHAN, "农优质蔬菜基地 农稻渔综合种养示范区", "农生猪标准化养殖场 农农产品检测中心"
    ),
    Bureau("君山区交通运输局", JUNSHAN, "交君山旅游公路", "交芦苇滩码头 交柳林客运站"),
    Bureau(
        "岳阳县经济和信息化局",
        YUEYANG_COUNTY,
        "工生态工业园标准厂房 工建筑陶瓷生产线 工汽车零部件产业园 工生物质发电",
        "工机械铸造基地 工绿色食品加工园 工石材精深加工",
    ),
    Bureau(
        "岳阳县交通运输局",
        YUEYANG_COUNTY,
        "交青石至荷塘公路 交荷塘大桥",
        "交青石货运码头 交岳阳县城南客运枢纽",
    ),
    Bureau("岳阳县水利局", YUEYANG_COUNTY, "农梅岭水库除险加固 农荷塘灌区节水改造", "农农村饮水安全三期"),
    Bureau(
        "华容县经济和信息化局",
        HUARONG,
        "工棉纺织产业园 工芥菜精深加工 工医用敷料生产线",
        "工服装家纺基地 工光伏组件 工煤炭储配基地",
    ),
    Bureau(
        "华容县水利局",
        HUARONG,
        "农平湖堤防加固 农东湾泵站更新改造 农平湖垸安全区建设",
        "农东湾河道疏浚 农小型水库除险加固",
    ),
    Bureau(
        "华容县住房和城乡建设局",
        HUARONG,
        "城华容县城污水处理厂二期 社东湾棚户区改造",
        "城平湖新区道路 城县城供气工程",
    ),
    Bureau(
        "湘阴县经济和信息化局",
        XIANGYIN,
        "工轻工产业园 工建材产业基地 工藠头食品加工 工装配式构件厂",
        "工钢结构制造 工再生资源利用 工新型墙材",
    ),
    Bureau("湘阴县交通运输局", XIANGYIN, "交临港大道 交芦花渡大桥", "交芦花渡疏港公路 交湘阴县客运总站"),
    Bureau("湘阴县住房和城乡建设局", XIANGYIN, "城望江新城路网 城湘阴县垃圾填埋场", "社望江公租房"),
    Bureau(
        "平江县旅游局",
        PINGJIANG,
        "商云台山景区开发 商龙泉温泉度假区 商桃源漂流基地",
        "商凤岭古村保护开发 商云台山索道 商生态养生谷",
    ),
    Bureau("平江县交通运输局", PINGJIANG, "交龙泉至凤岭公路 交桃源隧道", "交凤岭公路改扩建 交平江县物流中心"),
    Bureau("平江县水利局", PINGJIANG, "农龙泉水库扩容 农桃源河防洪工程", "农凤岭抽水蓄能前期 农山洪灾害防治"),
    Bureau(
        "汨罗市经济和信息化局",
        MILUO,
        "工再生铜加工园 工再生铝型材 工废旧家电拆解中心 工碳素制品 工循环经济标准厂房",
        "工再生塑料产业园 工不锈钢制品 工电子材料",
        second=3,
    ),
    Bureau(
        "汨罗市住房和城乡建设局",
        MILUO,
        "城汨罗城区道路改造 社金竹安置小区 城汨罗污水管网",
        "城金竹新区开发 社龙舟文化广场",
    ),
    Bureau("汨罗市水利局", MILUO, "农金竹水库除险加固"),
    Bureau(
        "临湘市经济和信息化局",
        LINXIANG,
        "工浮标渔具产业园 工有色金属加工 工砖茶生产基地 工农药制剂",
        "工竹器加工园 工氟化工产业链 工风力发电",
    ),
    Bureau(
        "临湘市住房和城乡建设局", LINXIANG, "城长岭大道 城临湘市第二水厂", "城长岭片区开发 社银杏棚户区改造"
    ),
    Bureau("临湘市交通运输局", LINXIANG, "交长岭货运铁路专用线 交银杏至月塘公路", "交月塘千吨级码头"),
    Bureau("屈原管理区农业局", QUYUAN, "农现代农业示范园", "农饲料加工基地 农粽叶种植基地"),
    Bureau("屈原管理区住房和城乡建设局", QUYUAN, "城屈原污水处理厂 社河泊安置小区", "城营田路改造"),
    Bureau(
        "经济技术开发区建设局",
        DEVELOPMENT_ZONE,
        "城通海路南延线 社桂花安置小区 城开发区综合管沟 城桂花公园",
        "城开发区东片路网 社桂花公租房",
    ),
    Bureau(
        "经济技术开发区招商局",
        DEVELOPMENT_ZONE,
        "工生物医药产业园 工电磁装备制造 工液压机械生产 商会展中心",
        "工智能电表基地 工节能照明 商高铁商务区 商家居建材市场",
        second=1,
    ),
    Bureau(
        "南湖风景区建设局",
        NANHU,
        "城南湖环湖路 城月塘截污工程",
        "商南园度假酒店 城南湖湿地修复 商翠竹运动公园",
    ),
    Bureau(
        "市交通运输局",
        CITY,
        "交城陵港区二期 交临港高速连接线 交岳阳东客运枢纽 交西岸特大桥",
        "交北港铁路支线 交西岸过江通道 交通用机场 交航道整治",
        second=4,
    ),
    Bureau("市公路管理局", CITY, "交国道改线工程 交省道北港段大修", "交城区绕城公路 交省道西岸段改建"),
    Bureau("市水利局", CITY, "农长江干堤加固 农蓄洪垸安全建设 农城市防洪圈", "农引江补湖 农大型泵站改造"),
    Bureau("市教育局", CITY, "社职业教育园一期 社市特殊教育学校", "社职业教育园二期 社市第二实验中学"),
    Bureau("市卫生局", CITY, "社市中心医院外科楼 社市妇幼保健院迁建", "社市传染病医院 社市急救中心"),
    Bureau(
        "市城建投资公司",
        CITY,
        "城金鹗北路东延 城王家河流域治理 城市民文化中心",
        "城城市轨道规划预研 城火车站广场改造 城滨江片区开发 城城区供热管网",
    ),
    Bureau("市旅游局", CITY, "商洞庭游客集散中心", "商水上旅游航线 商滨江文化旅游带"),
    Bureau("市环境保护局", CITY, "城环境监测网络", "城危险废物处置中心"),
)

# Parent, its parts, how many of them have started (the first ones), whether the parts report on their own.
SUB_PROJECTS = (
    ("城君山垃圾焚烧发电", "进厂道路 渗滤液处理站", 1, True),
    ("工精细化工园一期", "公用工程岛 消防水系统", 2, False),
    ("交城陵港区二期", "散货泊位 疏港铁路", 1, True),
    ("城王家河流域治理", "截污干管 生态护坡", 2, False),
    ("社职业教育园一期", "图书馆 实训楼", 1, False),
    ("工生物医药产业园", "中试车间 仓储中心", 1, False),
)

# Cause of not starting, and which construction projects it holds back.
WEATHER = "前段阴雨天气影响，场地无法作业"
APPROVALS = "核准手续不齐"
FUNDS = "资金短缺，建设资金未到位"
NOT_STARTED = {
    "社松林安置小区": WEATHER,
    "工碳四深加工": APPROVALS,
    "农稻渔综合种养示范区": WEATHER,
    "交荷塘大桥": WEATHER,
    "工医用敷料生产线": FUNDS,
    "城望江新城路网": WEATHER,
    "农桃源河防洪工程": WEATHER,
    "工有色金属加工": APPROVALS,
    "社市妇幼保健院迁建": FUNDS,
}
SUB_NOT_STARTED = (WEATHER, WEATHER, APPROVALS, WEATHER)

# What a project's name says: its category (the default is the front's), how large it is, what is built.
CATEGORIES = {
    "工": "重大产业",
    "城": "基础设施",
    "交": "基础设施",
    "农": "基础设施",
    "社": "民生保障",
    "商": "重大产业",
}
ECOLOGY = ("污水", "垃圾", "治理", "湿地", "截污", "环境", "废物", "生态", "填埋")
SIZES = {"工业": 60, "城建": 40, "交通": 75, "农林水": 25, "社会事业": 18, "商贸旅游": 40}
SMALL = (
    "小学",
    "学校",
    "廉租",
    "公租",
    "安置",
    "监测",
    "检测",
    "集散",
    "灌区",
    "水库除险",
    "急救",
    "防治",
    "广场",
)
# Words of a name, what is built, and what one of it costs in 万元.
SCOPES = (
    (("安置", "棚户", "廉租", "公租"), "新建住房{n}套及配套道路、管网", 24),
    (("小学", "中学", "学校", "教育"), "新建校舍{n}00平方米及运动场、道路、绿化", 45),
    (("医院", "外科楼", "急救", "妇幼"), "新建业务用房{n}00平方米，购置设备", 60),
    (("水厂", "供水", "饮水"), "日供水能力增加{n}000吨，配套管网", 900),
    (("污水", "管网", "截污", "管沟"), "铺设管网{n}公里，建设泵站", 900),
    (("大桥", "隧道", "通道"), "全长{n}0米，双向四车道", 350),
    (("路", "公路", "大道", "连接线", "专用线"), "全长{n}公里，路基、路面、桥涵及附属工程", 6000),
    (("港", "码头", "航道"), "建设泊位及堆场，年吞吐能力{n}万吨", 400),
    (("水库", "堤", "泵站", "防洪", "河", "垸", "灌区"), "加固堤坝{n}公里，改造泵闸", 1800),
    (("园", "基地", "厂房"), "一次规划、分步建设，厂房及配套用房{n}00平方米", 40),
    (("景区", "旅游", "度假", "公园", "漂流", "酒店"), "建设游客服务、停车和步道设施，占地{n}亩", 130),
)
OTHER_SCOPE = ("建设主体工程及配套设施，占地{n}亩", 140)

LEADERS = (
    ("副市长", "工"),
    ("市委常委、副市长", "工"),
    ("市委常委、副市长", "城"),
    ("副市长", "城"),
    ("副市长", "交"),
    ("副市长", "农"),
    ("副市长", "社"),
    ("市政协副主席", "商"),
)

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘"
    "田董袁于余叶蒋杜苏魏程吕丁任沈姚卢姜崔钟谭陆汪范"
)
FIRST = "志建文晓海国立永春秋思宏伟家庆子明德佳少丽新冬雪云振育光景兰"
SECOND = "平辉华军敏强霞林波涛斌娟鹏勇芳杰亮峰玲超燕刚洁毅岚宁晖媛"
