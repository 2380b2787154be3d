package io.muster.replica.peer;

import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.PieceDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The first word on an election connection, by which who dialed says who it is. It is to leave in one piece: ZooKeeper reads
 * the addresses in one go, and refuses what has not come by then.
 *
 * @param serverId the dialer's, at least 0
 * @param addresses where the dialer listens for votes; none from ZooKeeper 3.4
 */
public record InitialMessage(long serverId, List<Address> addresses) {
    private static final long ONE_ADDRESS = -65536;
    private static final long SEVERAL_ADDRESSES = -65535;
    private static final int MAX_ADDRESS_BYTES = 2048;

    /** @param host a name or an address; IPv6 without brackets */
    public record Address(String host, int port) {
        @Override
        public String toString() {
            return HostAndPorts.bracketed(host) + ":" + port;
        }
    }

    public InitialMessage {
        addresses = List.copyOf(addresses);
    }

    /** With one address as ZooKeeper does by default; with several as it does where it has been told to. */
    public void write(JuteWriter out) {
        if (addresses.isEmpty()) {
            out.writeLong(serverId);
            return;
        }
        String text = addresses.stream().map(Address::toString).collect(Collectors.joining("|"));
        out.writeLong(addresses.size() == 1 ? ONE_ADDRESS : SEVERAL_ADDRESSES)
                .writeLong(serverId)
                .writeBuffer(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads one from the beginning of a connection. */
    public static final class Decoder extends PieceDecoder {
        private enum Next {
            VERSION,
            HEAD,
            ADDRESSES
        }

        private Next next = Next.VERSION;
        private long version;
        private long serverId;
        private List<Address> addresses = List.of();

        public Decoder() {
            want(Long.BYTES);
        }

        /** The message, once it is done. */
        public InitialMessage message() {
            if (!isDone()) {
                throw new IllegalStateException("the message's end has not come yet");
            }
            return new InitialMessage(serverId, addresses);
        }

        @Override
        protected void take(byte[] bytes, int length) {
            JuteReader in = new JuteReader(bytes, 0, length);
            switch (next) {
                case VERSION -> {
                    version = in.readLong("protocol version");
                    if (version >= 0) {
                        // before ZooKeeper 3.5 the id stands alone
                        serverId = version;
                        done();
                    } else if (version == ONE_ADDRESS || version == SEVERAL_ADDRESSES) {
                        next = Next.HEAD;
                        want(Long.BYTES + Integer.BYTES);
                    } else {
                        throw malformed("initial message: unknown protocol version " + version);
                    }
                }
                case HEAD -> {
                    serverId = in.readLong("sid");
                    int addressBytes = in.readInt("address length");
                    if (serverId < 0) {
                        throw malformed("initial message: the server id is " + serverId);
                    }
                    if (addressBytes <= 0 || addressBytes > MAX_ADDRESS_BYTES) {
                        throw malformed("initial message: addresses of " + addressBytes
                                + " bytes, and there must be 1 to " + MAX_ADDRESS_BYTES);
                    }
                    next = Next.ADDRESSES;
                    want(addressBytes);
                }
                case ADDRESSES -> {
                    addresses = addresses(new String(bytes, 0, length, StandardCharsets.UTF_8));
                    done();
                }
            }
        }

        private List<Address> addresses(String text) {
            List<Address> all = new ArrayList<>();
            for (String each : HostAndPorts.split(text, '|')) {
                List<String> parts = HostAndPorts.parse(each);
                int port = parts == null || parts.size() != 2 ? -1 : HostAndPorts.port(parts.get(1));
                if (parts == null || port < 0) {
                    throw new MalformedFrameException("initial message: \"" + text + "\" is no list of addresses");
                }
                all.add(new Address(parts.get(0), port));
            }
            return all;
        }
    }
}
