"""What the program says of itself: a test message, the life of a message, and to the admin when something is ill."""

from handlers.wording.sentences import Sentences


class Watching(Sentences):
    test_message: str = "这是一条测试消息，收到不用回复。"

    # The life of a message, on the try-out page.
    post_written: str = "{at} 写好"
    post_due: str = "{at} 该发"
    post_try: str = "{at} 第{place}次发：{outcome}"
    post_state: str = "现在：{state}"
    post_acknowledged: str = "{at} 已知悉"
    post_due_state: str = "等着发"
    post_sending: str = "正在发"
    post_sent: str = "已送到"
    post_not_sent: str = "没发出，会再发"
    post_unclear: str = "不知道到没到，会再发"
    post_unknown: str = "不知道到没到"
    post_failed: str = "发不了"
    post_expired: str = "过时了，没发"
    post_nobody: str = "没有能到的渠道"

    # To the admin; {what} is one of those below.
    watch_ill: str = "⚠️ 三报系统有故障：{what}。"
    watch_well: str = "✅ 已恢复：{what}。"
    watch_database: str = "数据库不能写"
    watch_inbox: str = "收到的消息没人处理"
    watch_urgent: str = "紧急消息发不出去"
    watch_loop: str = "{name}停了"
    watch_crashes: str = "{name}反复出错"
    watch_hearing: str = "{name}收不到消息"
    watch_sending: str = "{name}发不出消息"
    watch_between: str = "；"

    # How its parts are called.
    watch_dispatch: str = "处理消息"
    watch_delivery: str = "发消息"
    watch_sweeping: str = "定时提醒"
    watch_fetching: str = "取照片"
    watch_part: str = "{name}这部分"
    watch_telegram: str = "Telegram"
    watch_wecom: str = "企业微信应用"
    watch_aibot: str = "企业微信智能机器人"
    watch_group: str = "企业微信群"
    watch_tryout: str = "试用页面"

    def watch_name(self, loop: str) -> str:
        known = {
            "dispatch": self.watch_dispatch, "delivery": self.watch_delivery, "sweeping": self.watch_sweeping,
            "fetching": self.watch_fetching,
        }  # fmt: skip
        return known.get(loop) or self.watch_part.format(name=loop)

    def watch_channel(self, channel: str) -> str:
        return {
            "telegram": self.watch_telegram, "wecom": self.watch_wecom, "aibot": self.watch_aibot,
            "wecom_group": self.watch_group, "tryout": self.watch_tryout,
        }.get(channel, channel)  # fmt: skip

    def post_outcome(self, outcome: str) -> str:
        """An outcome of an attempt, or a state of a message, in words."""
        said = {
            "due": self.post_due_state, "sending": self.post_sending, "sent": self.post_sent,
            "not sent": self.post_not_sent, "unclear": self.post_unclear, "unknown": self.post_unknown,
            "failed": self.post_failed, "expired": self.post_expired, "nobody": self.post_nobody,
        }  # fmt: skip
        return said.get(outcome, outcome)
