package io.muster.recipes.lock;

import io.muster.client.EventLoop;
import io.muster.client.NoNodeException;
import io.muster.client.WatchEvent;
import io.muster.client.Watcher;
import org.jspecify.annotations.Nullable;

/** The znode before ours, which is watched until it goes. On the client's event loop. */
final class Predecessor {
    private final EventLoop loop;
    private final Acquisition attempt;

    private @Nullable String path;
    private @Nullable Watcher watcher;
    private boolean watchInForce;

    Predecessor(EventLoop loop, Acquisition attempt) {
        this.loop = loop;
        this.attempt = attempt;
    }

    /** @param only nobody else is before us, so that its end is our turn: nobody can get before us later */
    void watch(String newPath, boolean only) {
        stop();
        // An object of its own each time, to tell a late event from one that counts, and to take it back.
        Watcher mine = new Watcher() {
            @Override
            public void onEvent(WatchEvent event) {
                if (watcher == this) {
                    attempt.safely(() -> changed(event, newPath, only));
                }
            }
        };
        path = newPath;
        watcher = mine;
        watchInForce = false;
        // Not exists: that would leave a watch on a znode which never comes back.
        attempt.on(attempt.operations().getAsync(newPath, mine), (node, failure) -> {
            if (failure == null) {
                if (watcher == mine) {
                    watchInForce = true;
                } else {
                    loop.unwatch(newPath, mine);
                }
                return;
            }
            if (attempt.isOver() || watcher != mine) {
                return;
            }
            if (failure instanceof NoNodeException) {
                gone(only);
            } else {
                attempt.failOrRetry(failure, attempt::list);
            }
        });
    }

    private void changed(WatchEvent event, String changedPath, boolean only) {
        switch (event.type()) {
            case DELETED -> gone(only);
            case ENDED -> attempt.standInLineAnew();
            default -> watch(changedPath, only);
        }
    }

    private void gone(boolean only) {
        path = null;
        watcher = null;
        attempt.predecessorGone(only);
    }

    void stop() {
        // One that is being set is taken back when it is: until then the client knows of none.
        if (watchInForce && path != null && watcher != null) {
            loop.unwatch(path, watcher);
        }
        path = null;
        watcher = null;
    }
}
