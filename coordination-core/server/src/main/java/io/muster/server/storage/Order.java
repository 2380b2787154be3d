package io.muster.server.storage;

import io.muster.protocol.Zxid;

/** The order of transactions in a log: no zxid is left out, since even a failed request takes one. */
final class Order {
    private Order() {}

    static boolean follows(long last, long next) {
        return next == last + 1 || Zxid.epoch(next) > Zxid.epoch(last) && Zxid.counter(next) == 1;
    }
}
