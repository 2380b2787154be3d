package io.muster.client;

import io.muster.client.session.Input;
import io.muster.protocol.AddWatchMode;

/** A persistent watch in force. */
final class PersistentWatch implements Watch {
    private final ClientCore core;
    private final String path;
    private final String fullPath;
    private final AddWatchMode mode;
    private final WatchDelivery delivery;

    PersistentWatch(ClientCore core, String path, String fullPath, AddWatchMode mode, WatchDelivery delivery) {
        this.core = core;
        this.path = path;
        this.fullPath = fullPath;
        this.mode = mode;
        this.delivery = delivery;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public AddWatchMode mode() {
        return mode;
    }

    @Override
    public void close() {
        delivery.close();
        core.input(new Input.CloseWatch(fullPath, mode, delivery));
    }

    @Override
    public String toString() {
        return "Watch[" + path + ", " + mode + "]";
    }
}
