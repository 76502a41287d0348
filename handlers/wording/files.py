"""Photos and files in words: what became of them, and why one is not kept."""

from handlers.wording.sentences import Sentences


class Files(Sentences):
    media_kept: str = (
        "收到{count}个文件，先替您存着，收不了的另告诉您。报进展或报问题时，到照片那一步点一下就能带上。"
    )
    not_on_card: str = "照片没有带上。"
    not_on_card_yet: str = "照片没有带上，要带请点「{button}」。"
    caption_unnoted: str = "一起发的字没有记下。"
    photos_full: str = (
        "一份最多带{most}个照片或文件，已经满了，多的没有收。点「就这些」往下走；要换就点「清空重发」。"
    )
    photos_got_all: str = "已收{count}张，满了（最多{most}张），再发就收不下了。"
    media_photo: str = "您发的照片"
    media_file: str = "您发的文件"
    media_named: str = "您发的「{name}」"
    media_refused: str = "{what}没有收下：{reason}"
    media_lost: str = "{what}没能取到。请再发一次。"
    media_stands: str = "报的内容不受影响。"
    media_asked_for: str = "{number}已经报上，不受影响。再发来的一个会补进{number}。"
    media_added: str = "收到，补进{number}了：{project}。"
    media_swapped: str = "收到，用它换上没收下的那个了。"
    media_too_large: str = "它有{found}，最多收{allowed}。请压缩后再发，或把要紧的地方拍成照片发来。"
    media_no_picture: str = "不是能打开的图片。请换一张再发。"
    media_too_many_pixels: str = "图片尺寸过大（{width}×{height}）。请缩小后再发。"
    media_bomb: str = "图片尺寸过大。请缩小后再发。"
    media_place_stays: str = "照片里的拍摄地点去不掉。请截图后再发，或不要按文件发、按照片发。"
    media_recording_place_stays: str = "录像或录音里的地点去不掉。请关掉定位再拍、再录，或改发照片。"
    media_program: str = "程序、脚本和网页文件不收。请改发照片、PDF 或文档。"
    media_macros: str = "带宏的文档不收。请另存为不带宏的再发。"
    media_archive: str = "压缩包不收，里面有什么看不到。请把文件一个一个发来。"
    media_unknown_kind: str = (
        "认不出是什么文件。能收照片、PDF、Word、Excel、PPT、WPS、OFD 文档、录音、视频（MP4、MOV）和纯文本。"
        "请换一种再发。"
    )
