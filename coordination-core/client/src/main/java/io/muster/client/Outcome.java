package io.muster.client;

/** What became of an operation that failed. */
public enum Outcome {
    /** It changed nothing and will not: it may be tried again without a second effect. */
    NOT_APPLIED,
    /** It was sent and not answered: it may have been applied, may be applied still, or never. */
    UNKNOWN
}
