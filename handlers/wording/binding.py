"""What strangers are told, and who has just been bound."""

from handlers.wording.sentences import Sentences


class Binding(Sentences):
    stranger: str = "我还不认识您。请向市项目办要一个邀请码，把邀请码发给我即可。"
    code_wrong: str = "邀请码不对或已过期。请核对后再发，或向市项目办重新要一个。"
    code_too_often: str = "邀请码错得太多，请一小时后再试。"
    bound: str = "{name}，您好！您已绑定为{unit}的{name}。"
    bound_notice: str = (
        "这里只记您的姓名、单位、手机号，和您上报的内容、照片、时间，用于重大项目调度，保存{years}年。"
        "任何涉密内容都不得发送。"
    )
    bound_elsewhere: str = "您已改用另一个账号上报，这个账号不再有效。如不是您本人操作，请立即告诉市项目办。"
    already_bound: str = "您已经绑定好了，直接用就行。请点一项："

    # WeCom's smart bot: the first visit of a day (it says so before it knows who came), and to the admins.
    aibot_welcome: str = (
        "您好，这里是三报。直接说 报进展、报问题、零报告 或 我的待办 就行；第一次用，请把邀请码发给我。"
    )
    aibot_replaced: str = (
        "企业微信智能机器人被另一个程序接走了，本程序（{process}）不再收发它的消息。"
        "请确认只有一处在运行，再重启本程序。"
    )

    # To the admins, by another channel: WeCom refuses every call of the self-built app.
    wecom_untrusted: str = (
        "企业微信不接受本机的请求（60020）。请在企业微信管理后台打开本应用，在 企业可信IP 里加上 {address}，"
        "保存后消息会自动补发。"
    )
    # To the admins, once for each code: no group can be made for a major problem.
    wecom_no_chat: str = (
        "企业微信没能为重大问题建群（{fault}）。该知道的人已逐个通知，不影响上报。要建群：应用的可见范围须含根部门；"
        "不要建群：设 SANBAO_WECOM_CHATS=false。"
    )
    wecom_refuses: str = (
        "企业微信拒绝了本应用的全部请求：{fault}。请核对 CorpID、AgentId、Secret，改正前发不出消息。"
    )

    # To who writes from a channel that the city does not allow for their unit.
    wecom_only: str = "按本市规定，您单位只用企业微信上报，这里不收。请打开企业微信里的“三报”。"
