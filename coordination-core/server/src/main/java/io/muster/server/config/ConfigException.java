package io.muster.server.config;

/** A configuration that no server can start from. The message is one line for an operator. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ConfigException(String message) {
        super(message);
    }
}
