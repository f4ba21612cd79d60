"""What schemathesis cannot know by itself."""

import schemathesis

# JSON lines are sent as they are.
schemathesis.serializer.alias("application/jsonlines", "text/plain")
# Pictures are bytes.
for media_type in ("image/png", "image/jpeg"):
    schemathesis.serializer.alias(media_type, "application/octet-stream")
