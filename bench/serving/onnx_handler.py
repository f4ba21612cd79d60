"""The model in ONNX Runtime, on one thread."""

import os

import numpy as np
import request
import onnxruntime

OPTIONS = onnxruntime.SessionOptions()
OPTIONS.intra_op_num_threads = OPTIONS.inter_op_num_threads = 1
SESSION = onnxruntime.InferenceSession(os.environ["MODEL"], OPTIONS, providers=["CPUExecutionProvider"])


def handler(event, context):
    labels, probabilities = SESSION.run(None, {"X": request.read(event).astype(np.float32)})
    return request.answer(labels, probabilities[:, 1])
