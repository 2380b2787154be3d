package io.muster.server;

/** The server has stopped, or could not start, because of what the message says; the message says also what to do. */
public final class ServerFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ServerFailedException(String message, Throwable cause) {
        super(message, cause);
    }

    public ServerFailedException(String message) {
        super(message);
    }
}
