"""What schemathesis cannot know by itself."""

import schemathesis

# JSON lines are sent as they are.
schemathesis.serializer.alias("application/jsonlines", "text/plain")
