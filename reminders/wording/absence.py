"""To who may have spoken while the program was away; WeCom's smart bot brings nothing again, Telegram no taps."""

ABSENT_MESSAGES = "{span}我不在线，期间发给我的没收到，请再发一次。欠报的见 我的待办。"
ABSENT_TAPS = "{span}我不在线，期间点的按钮可能没收到，请再点一次。欠报的见 我的待办。"
ABSENT_AGAIN = "{span}我不在线，期间点的按钮可能没收到，请再点一次："
ABSENT_SPAN = "{begin}到{end}"
ABSENT_MOMENT = "{moment}前后"
