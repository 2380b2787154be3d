package io.muster.replica;

/** A read asks for more than its connection may be sent at once. Its sender loses the connection. */
public final class AnswerTooLongException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AnswerTooLongException(String message) {
        super(message);
    }
}
