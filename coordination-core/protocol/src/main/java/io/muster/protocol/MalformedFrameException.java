package io.muster.protocol;

/** Bytes that are not what the protocol allows at this place. The message says what was expected and at which offset. */
public final class MalformedFrameException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedFrameException(String message) {
        super(message);
    }
}
