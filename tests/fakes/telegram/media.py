"""Text, captions, photos, documents and albums of outgoing messages."""

import io

from PIL import Image

from tests.fakes.telegram.chats import Json
from tests.fakes.telegram.errors import bad_request, too_large
from tests.fakes.telegram.parameters import Parameters
from tests.fakes.telegram.text import MAX_CAPTION, MAX_TEXT, Entity, read_outgoing
from tests.fakes.telegram.wire import Files
from tests.fakes.telegram.world import FileShelf

MAX_PHOTO = 10 * 1024 * 1024
MAX_UPLOAD = 50 * 1024 * 1024
_PICTURE_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"RIFF", b"BM")


def read_text(call: Parameters) -> tuple[str, list[Entity]]:
    text, entities = read_outgoing(call.text("text"), call.text("parse_mode"), MAX_TEXT)
    if not text:
        raise bad_request("message text is empty")
    return text, call.structure("entities") or entities


def caption(call: Parameters) -> Json:
    """The fields `caption` and `caption_entities`, each only if there is one."""
    text, entities = read_outgoing(call.text("caption"), call.text("parse_mode"), MAX_CAPTION)
    fields = {"caption": text, "caption_entities": call.structure("caption_entities") or entities}
    return {name: value for name, value in fields.items() if value}


def photo_sizes(file: Json) -> list[Json]:
    """The small and the full size; both lead to the same stored file."""
    small = {**file, "file_unique_id": f"{file['file_unique_id']}s", "width": 90, "height": 67}
    return [small, {**file, "width": 1280, "height": 960}]


def _has_sides_of_a_photo(content: bytes) -> bool:
    """Both sides together at most 10,000 px, one at most 20 times the other. What only begins like a picture passes."""
    try:
        wide, high = Image.open(io.BytesIO(content)).size
    except OSError:
        return True
    return wide + high <= 10_000 and max(wide, high) <= 20 * min(wide, high)


class Media:
    def __init__(self, shelf: FileShelf) -> None:
        self._shelf = shelf

    def photo(self, call: Parameters, value: object, field: str) -> Json:
        upload = self._upload(call, value, field)
        if upload is None:
            return {"photo": photo_sizes(self._existing(value, field, "photos"))}
        _, content = upload
        if len(content) > MAX_PHOTO:
            raise bad_request("file is too big for a photo")
        if not content.startswith(_PICTURE_BEGINNINGS):
            raise bad_request("IMAGE_PROCESS_FAILED")
        if not _has_sides_of_a_photo(content):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        return {"photo": photo_sizes(self._shelf.put(content, "photos", ".jpg"))}

    def document(self, call: Parameters, value: object, field: str) -> Json:
        upload = self._upload(call, value, field)
        if upload is None:
            name, file = "file", self._existing(value, field, "documents")
        else:
            name, file = upload[0], self._shelf.put(upload[1], "documents", "")
        return {"document": {"file_name": name, "mime_type": "application/octet-stream", **file}}

    def album_item(self, call: Parameters, item: Json) -> Json:
        read = {"photo": self.photo, "document": self.document}.get(str(item.get("type")))
        if read is None:
            raise bad_request(f'type "{item.get("type")}" is not known to this fake in an album')
        return {**read(call, item.get("media"), "media"), **caption(Parameters(item, Files()))}

    def _upload(self, call: Parameters, value: object, field: str) -> tuple[str, bytes] | None:
        """Name and content of a file that came with the call, named by its field or by attach://."""
        key = str(value).removeprefix("attach://") if str(value).startswith("attach://") else field
        if key not in call.files:
            return None
        name, content = call.files[key]
        if len(content) > MAX_UPLOAD:
            raise too_large()
        if not content:
            raise bad_request("file must be non-empty")
        return name, content

    def _existing(self, value: object, field: str, folder: str) -> Json:
        """A file that the server has, or would fetch from an address."""
        reference = str(value or "")
        if self._shelf.knows(reference):
            return self._shelf.fields(reference)
        if reference.startswith(("http://", "https://")):
            return self._shelf.put(reference.encode(), folder, "")
        if not reference:
            raise bad_request(f"there is no {field} in the request")
        raise bad_request("wrong remote file identifier specified: Wrong string length")
