package io.muster.replica;

import io.muster.replica.watch.Tally;
import java.util.HashMap;
import java.util.Map;

/** What the clients of one address have. Owned by the replica's thread. */
final class AddressUse {
    final Tally watches = new Tally();
    private final String address;
    private int sessions;
    private int connections;

    private AddressUse(String address) {
        this.address = address;
    }

    /** That were opened from here and have not ended. */
    int sessions() {
        return sessions;
    }

    /** Those of all addresses that have something. */
    static final class Table {
        private final Map<String, AddressUse> byAddress = new HashMap<>();
        private final Map<Long, AddressUse> bySession = new HashMap<>();

        AddressUse connectionOpened(String address) {
            AddressUse use = byAddress.computeIfAbsent(address, AddressUse::new);
            use.connections++;
            return use;
        }

        void connectionClosed(Connection connection) {
            connection.address.connections--;
            release(connection.address);
        }

        void sessionOpened(long id, Connection connection) {
            connection.address.sessions++;
            bySession.put(id, connection.address);
        }

        /** Does nothing for a session that was there before this server started. */
        void sessionEnded(long id) {
            AddressUse use = bySession.remove(id);
            if (use != null) {
                use.sessions--;
                release(use);
            }
        }

        private void release(AddressUse use) {
            if (use.connections == 0 && use.sessions == 0) {
                byAddress.remove(use.address);
            }
        }
    }
}
