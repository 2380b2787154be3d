package io.muster.client;

abstract class WatchDelivery {
    static WatchDelivery onLoop(ClientCore core, Watcher watcher) {
        throw new UnsupportedOperationException();
    }

    static WatchDelivery onSerialExecutor(ClientCore core, Watcher watcher) {
        throw new UnsupportedOperationException();
    }
}
