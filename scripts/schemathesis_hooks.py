"""What schemathesis cannot know by itself."""

import schemathesis
from hypothesis import strategies
from samples import FIGURES, png

# JSON lines are sent as they are.
schemathesis.serializer.alias("application/jsonlines", "text/plain")
# Pictures of digits; the server looks at the bytes, whatever their type is said to be.
PICTURES = strategies.sampled_from([png(label) for label in FIGURES])
for media_type in ("image/png", "image/jpeg"):
    schemathesis.openapi.media_type(media_type, PICTURES)


@schemathesis.hook
def after_call(context, case, response):
    """Notes each operation that was answered by a success, in the folder that this runs in."""
    if response.status_code < 300:
        with open("succeeded.txt", "a", encoding="utf-8") as notes:
            notes.write(f"{case.operation.label}\n")
