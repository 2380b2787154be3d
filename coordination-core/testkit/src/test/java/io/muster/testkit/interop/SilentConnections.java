package io.muster.testkit.interop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** A process of its own that opens connections, says how many, and holds them in silence until its input ends. */
final class SilentConnections {
    private SilentConnections() {}

    public static void main(String[] args) throws IOException {
        InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        int count = Integer.parseInt(args[1]);
        List<SocketChannel> channels = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            channels.add(SocketChannel.open(server));
        }
        System.out.println("open " + channels.size());
        while (System.in.read() >= 0) {
            // until we are let go
        }
    }
}
