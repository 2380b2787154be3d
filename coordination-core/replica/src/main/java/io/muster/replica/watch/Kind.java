package io.muster.replica.watch;

/**
 * What makes a watch fire. They are kept apart, so that an event looks at no watch of another kind. Numbers, because they
 * are a part of packed fields.
 */
final class Kind {
    /** The znode itself: getData, exists, and persistent watches. */
    static final int DATA = 0;
    /** Its list of children: getChildren, and persistent watches. */
    static final int CHILD = 1;
    /** It and all below: persistent recursive watches. */
    static final int RECURSIVE = 2;

    static final int COUNT = 3;

    private Kind() {}
}
