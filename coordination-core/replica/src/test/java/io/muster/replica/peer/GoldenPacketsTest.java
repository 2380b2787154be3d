package io.muster.replica.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.JuteWriter;
import io.muster.replica.state.TimesToLive;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Packets in the bytes of ZooKeeper's classes, read and written again. */
class GoldenPacketsTest {
    private static List<String> lines() throws IOException {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(GoldenPacketsTest.class.getResourceAsStream("/golden/peer.txt")),
                StandardCharsets.UTF_8))) {
            return in.lines().filter(line -> !line.startsWith("#")).toList();
        }
    }

    @Test
    void everyPacketDecodesAndEncodesToTheSameBytes() throws IOException {
        Set<Class<?>> kinds = new HashSet<>();
        for (String line : lines()) {
            String name = line.substring(0, line.indexOf(" = "));
            byte[] golden = HexFormat.of().parseHex(line.substring(name.length() + 3));
            JuteWriter out = new JuteWriter();
            if (name.startsWith("learner")) {
                LearnerPacket packet = read(new LearnerPacketReader(1 << 20), golden, name);
                kinds.add(packet.getClass());
                LearnerPacketCodec.write(out, packet);
            } else {
                LeaderPacket packet = read(new LeaderPacketReader(1 << 20, 1, TimesToLive.OFF), golden, name);
                kinds.add(packet.getClass());
                LeaderPacketCodec.write(out, packet);
            }
            assertEquals(HexFormat.of().formatHex(golden), HexFormat.of().formatHex(out.toByteArray()), name);
        }
        int all = LearnerPacket.class.getPermittedSubclasses().length
                + LeaderPacket.class.getPermittedSubclasses().length;
        assertEquals(all - 1, kinds.size(), "all but SNAP: " + kinds);
    }

    private static <P> P read(PacketReader<P> reader, byte[] bytes, String name) {
        assertEquals(bytes.length, reader.decoder().feed(bytes, 0, bytes.length), name);
        assertTrue(reader.decoder().isDone(), name);
        P packet = reader.next();
        assertNotNull(packet, name);
        return packet;
    }
}
