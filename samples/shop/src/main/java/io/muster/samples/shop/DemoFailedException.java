package io.muster.samples.shop;

/** The schedule of the demo did not come about; the message is for whoever ran it. Says nothing about the audit. */
final class DemoFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DemoFailedException(String message) {
        super(message);
    }
}
