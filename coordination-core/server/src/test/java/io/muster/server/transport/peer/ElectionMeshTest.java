package io.muster.server.transport.peer;

import static io.muster.server.transport.peer.Members.notification;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.replica.peer.InitialMessage;
import io.muster.replica.peer.Notification;
import io.muster.replica.peer.NotificationCodec;
import io.muster.replica.peer.ServerState;
import io.muster.replica.zab.PeerInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ElectionMeshTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void twoServersFindEachOtherWhicheverStartsFirst(long first) throws Exception {
        try (Members members = new Members(1, 2)) {
            Members.One one = members.start(first);
            Members.One other = members.start(3 - first);
            one.heard().next(PeerInput.ElectionConnected.class);
            other.heard().next(PeerInput.ElectionConnected.class);
            talk(one, first, other, 3 - first, 1);
        }
    }

    @Test
    void threeServersFindEachOther() throws Exception {
        try (Members members = new Members(1, 5, 9)) {
            Members.One one = members.start(1);
            Members.One nine = members.start(9);
            Members.One five = members.start(5);
            talk(one, 1, five, 5, 1);
            talk(one, 1, nine, 9, 2);
            talk(five, 5, nine, 9, 3);
        }
    }

    @Test
    void serversThatDialAtTheSameTimeEndWithOneConnection() throws Exception {
        for (int round = 0; round < 10; round++) {
            try (Members members = new Members(1, 2)) {
                Members.One one = members.make(1, 10_000);
                Members.One two = members.make(2, 10_000);
                CompletableFuture<Void> opening = CompletableFuture.runAsync(() -> {
                    one.network().open();
                    one.network().notify(2, notification(1));
                    one.network().flush();
                });
                two.network().open();
                two.network().notify(1, notification(1));
                two.network().flush();
                opening.get(20, TimeUnit.SECONDS);
                talk(one, 1, two, 2, 100);
                awaitThat(() -> established(members.electionPort(1), members.electionPort(2)) == 1);
            }
        }
    }

    @Test
    void whatWasSaidLastIsSaidAgainToOneWhoComesAnew() throws Exception {
        try (Members members = new Members(1, 2)) {
            Members.One one = members.start(1);
            try (RawPeer two = RawPeer.dial(members.electionPort(1), 2)) {
                one.heard().next(PeerInput.ElectionConnected.class);
                say(one, 2, notification(7));
                assertEquals(notification(7), two.notification());
                two.send(notification(8));
                assertEquals(
                        notification(8),
                        one.heard().next(PeerInput.NotificationArrived.class).notification());
            }
            one.heard().next(PeerInput.ElectionLost.class);
            try (RawPeer two = RawPeer.dial(members.electionPort(1), 2)) {
                assertEquals(notification(7), two.notification());
                one.heard().next(PeerInput.ElectionConnected.class);
            }
        }
    }

    @Test
    void aServerWithASmallerNumberIsDialedUntilItIsThereAndAgainWhenItIsLost() throws Exception {
        try (Members members = new Members(1, 2)) {
            Members.One two = members.start(2);
            say(two, 1, notification(1));
            say(two, 1, notification(2));
            try (ServerSocket listener = listen(members.electionPort(1))) {
                try (RawPeer one = new RawPeer(listener.accept())) {
                    assertEquals(greeting(members, 2), one.greeting());
                    assertEquals(notification(2), one.notification(), "the newer one replaces the older one");
                }
                try (RawPeer one = new RawPeer(listener.accept())) {
                    assertEquals(2, one.greeting().serverId());
                    assertEquals(notification(2), one.notification());
                }
            }
        }
    }

    @Test
    void aServerWithALargerNumberIsAskedToCallAndNothingMore() throws Exception {
        try (Members members = new Members(1, 2)) {
            members.start(1);
            try (ServerSocket listener = listen(members.electionPort(2));
                    RawPeer two = new RawPeer(listener.accept())) {
                assertEquals(greeting(members, 1), two.greeting());
                assertTrue(two.isClosedByOther());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 77})
    void oneWithASmallerNumberIsCalledBackWhereItSaysThatItIs(long id) throws Exception {
        try (Members members = new Members(1, 200);
                ServerSocket elsewhere = listen(0)) {
            Members.One large = members.start(200);
            RawPeer.dial(
                            members.electionPort(200),
                            id,
                            new InitialMessage.Address("127.0.0.1", elsewhere.getLocalPort()))
                    .close();
            try (RawPeer called = new RawPeer(elsewhere.accept())) {
                assertEquals(200, called.greeting().serverId());
                large.heard().next(PeerInput.ElectionConnected.class, input -> input.server() == id);
                say(large, id, notification(5));
                assertEquals(notification(5), called.notification());
            }
        }
    }

    @Test
    void oneThatSaysThatItIsEverywhereIsCalledWhereTheMembershipSaysThatItIs() throws Exception {
        try (Members members = new Members(1, 2)) {
            members.start(2);
            RawPeer.dial(members.electionPort(2), 1, new InitialMessage.Address("0.0.0.0", members.electionPort(2)))
                    .close();
            try (ServerSocket listener = listen(members.electionPort(1));
                    RawPeer one = new RawPeer(listener.accept())) {
                assertEquals(2, one.greeting().serverId());
            }
        }
    }

    @Test
    void ofSeveralAddressesEachIsTried() throws Exception {
        try (Members members = Members.withTwoAddresses(1, 2);
                ServerSocket second = listen(members.electionPort(1))) {
            members.start(2);
            try (RawPeer one = new RawPeer(second.accept())) {
                InitialMessage greeting = one.greeting();
                assertEquals(2, greeting.addresses().size());
                assertEquals(
                        members.electionPort(2), greeting.addresses().get(1).port());
                assertFalse(Members.isFree(members.electionPort(2)));
            }
        }
    }

    @Test
    void serversAreFoundByName() throws Exception {
        try (Members members = Members.on("localhost", 1, 2)) {
            talk(members.start(1), 1, members.start(2), 2, 1);
        }
    }

    @Test
    void aNewerConnectionOfTheSameServerReplacesTheOlderOne() throws Exception {
        try (Members members = new Members(1, 2)) {
            Members.One one = members.start(1);
            try (RawPeer older = RawPeer.dial(members.electionPort(1), 2)) {
                one.heard().next(PeerInput.ElectionConnected.class);
                try (RawPeer newer = RawPeer.dial(members.electionPort(1), 2)) {
                    assertTrue(older.isClosedByOther());
                    one.heard().next(PeerInput.ElectionConnected.class);
                    say(one, 2, notification(3));
                    assertEquals(notification(3), newer.notification());
                }
            }
        }
    }

    @Test
    void whatIsNoNotificationCostsItsSenderTheConnectionAndNobodyElse() throws Exception {
        List<byte[]> bad = List.of(
                frameHead(0),
                frameHead(-1),
                frameHead(NotificationCodec.MAX_FRAME_BYTES + 1),
                ByteBuffer.allocate(4 + 27).putInt(27).array(),
                ByteBuffer.allocate(4 + 36).putInt(36).putInt(9).array());
        try (Members members = new Members(1, 2, 3)) {
            Members.One one = members.start(1);
            Members.One three = members.start(3);
            for (byte[] bytes : bad) {
                try (RawPeer two = RawPeer.dial(members.electionPort(1), 2)) {
                    two.send(bytes);
                    assertTrue(two.isClosedByOther());
                }
            }
            for (long first : new long[] {-1, -65_537, Long.MIN_VALUE}) {
                try (RawPeer stranger = RawPeer.dial(members.electionPort(1))) {
                    stranger.send(ByteBuffer.allocate(8).putLong(first).array());
                    assertTrue(stranger.isClosedByOther());
                }
            }
            talk(one, 1, three, 3, 1);
        }
    }

    @Test
    void nobodyElseMayHaveOurNumber() throws Exception {
        try (Members members = new Members(1, 2)) {
            Members.One one = members.start(1);
            try (RawPeer twin = RawPeer.dial(members.electionPort(1), 1)) {
                assertTrue(twin.isClosedByOther());
            }
            talk(one, 1, members.start(2), 2, 1);
        }
    }

    @Test
    void whoSaysNothingIsClosedInTime() throws Exception {
        try (Members members = new Members(1, 2)) {
            Members.One one = members.make(1, 100);
            one.network().open();
            try (RawPeer silent = RawPeer.dial(members.electionPort(1))) {
                assertTrue(silent.isClosedByOther());
            }
        }
    }

    @Test
    void manyWhoSayNothingKeepNobodyOut() throws Exception {
        List<RawPeer> silent = new ArrayList<>();
        try (Members members = new Members(1, 2)) {
            Members.One one = members.start(1);
            for (int i = 0; i < 100; i++) {
                silent.add(RawPeer.dial(members.electionPort(1)));
            }
            talk(one, 1, members.start(2), 2, 1);
            assertTrue(silent.get(0).isClosedByOther());
        } finally {
            for (RawPeer each : silent) {
                each.close();
            }
        }
    }

    @Test
    void manyStrangersKeepNoOtherOut() throws Exception {
        try (Members members = new Members(1, 2)) {
            Members.One one = members.start(1);
            for (long id = 1_000; id < 1_100; id++) {
                RawPeer.dial(members.electionPort(1), id).close();
                long came = id;
                one.heard().next(PeerInput.ElectionLost.class, input -> input.server() == came);
            }
            try (RawPeer last = RawPeer.dial(members.electionPort(1), 2_000)) {
                say(one, 2_000, notification(4));
                one.heard().next(PeerInput.ElectionConnected.class, input -> input.server() == 2_000);
                say(one, 2_000, notification(5));
                awaitNotification(last, 5);
            }
        }
    }

    @Test
    void oneThatDoesNotReadGetsTheNewestWhenItDoesAndNotAll() throws Exception {
        String text = "x".repeat(100_000);
        int count = 1_000;
        try (Members members = new Members(1, 2)) {
            Members.One one = members.start(1);
            try (RawPeer two = RawPeer.dial(members.electionPort(1), 2)) {
                one.heard().next(PeerInput.ElectionConnected.class);
                for (int i = 1; i <= count; i++) {
                    say(one, 2, new Notification(ServerState.LOOKING, 1, 2, i, 3, Notification.VERSION, text));
                }
                // all is said before the first is read
                one.network().readAllThatArrived(20_000);
                assertTrue(awaitNotification(two, count) < count);
            }
        }
    }

    @Test
    void aServerThatRetiresIsNotThereForElections() throws Exception {
        try (Members members = new Members(1, 2)) {
            Members.One one = members.start(1);
            Members.One two = members.start(2);
            two.heard().next(PeerInput.ElectionConnected.class);
            one.network().retire();
            one.network().flush();
            two.heard().next(PeerInput.ElectionLost.class);
            awaitThat(() -> Members.isFree(members.electionPort(1)));
        }
    }

    @Test
    void aServerThatRetiresHasNoTimeForWhoHasJustCome() throws Exception {
        try (Members members = new Members(1, 2)) {
            Members.One one = members.start(1);
            try (RawPeer silent = RawPeer.dial(members.electionPort(1));
                    RawPeer known = RawPeer.dial(members.electionPort(1), 2)) {
                one.heard().next(PeerInput.ElectionConnected.class);
                one.network().retire();
                one.network().flush();
                assertTrue(known.isClosedByOther());
                assertTrue(silent.isClosedByOther());
            }
        }
    }

    @Test
    void aPortThatIsTakenIsSaid() throws Exception {
        try (Members members = new Members(1, 2);
                ServerSocket taken = listen(members.electionPort(1))) {
            Members.One one = members.make(1, 1_000);
            UncheckedIOException e = assertThrows(UncheckedIOException.class, one.network()::open);
            assertTrue(e.getMessage().contains("127.0.0.1:" + taken.getLocalPort()), e.getMessage());
        }
    }

    @Test
    void nothingIsLeftBehindAClosedNetwork() throws Exception {
        List<Integer> ports;
        try (Members members = new Members(1, 2, 3)) {
            ports = List.of(members.electionPort(1), members.electionPort(2), members.quorumPort(1));
            Members.One one = members.start(1);
            Members.One two = members.start(2);
            one.network().acceptLearners(true);
            one.network().flush();
            talk(one, 1, two, 2, 1);
            two.network().connectTo(1, 1);
            two.network().flush();
            two.heard().next(PeerInput.LeaderConnected.class);
        }
        for (int port : ports) {
            assertTrue(Members.isFree(port), "port " + port);
        }
        assertEquals(0, established(ports.get(0), ports.get(1), ports.get(2)));
        assertFalse(Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("muster-peer")));
    }

    private static byte[] frameHead(int length) {
        return ByteBuffer.allocate(8).putInt(length).array();
    }

    private static InitialMessage greeting(Members members, long id) {
        return new InitialMessage(id, List.of(new InitialMessage.Address("127.0.0.1", members.electionPort(id))));
    }

    private static ServerSocket listen(int port) throws IOException {
        ServerSocket listener = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        listener.setSoTimeout(20_000);
        return listener;
    }

    private static void say(Members.One from, long to, Notification notification) {
        from.network().notify(to, notification);
        from.network().flush();
    }

    /** Each says something to the other and hears it. */
    private static void talk(Members.One one, long oneId, Members.One other, long otherId, long round) {
        say(one, otherId, notification(round));
        say(other, oneId, notification(round));
        one.heard().next(PeerInput.NotificationArrived.class, input -> input.equals(said(otherId, round)));
        other.heard().next(PeerInput.NotificationArrived.class, input -> input.equals(said(oneId, round)));
    }

    private static PeerInput said(long by, long round) {
        return new PeerInput.NotificationArrived(by, notification(round));
    }

    /** How many came up to that one, which is the last. */
    private static int awaitNotification(RawPeer peer, long round) throws IOException {
        int count = 1;
        while (peer.notification().round() != round) {
            count++;
        }
        return count;
    }

    private static void awaitThat(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "did not come true in time");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    /** Connections that somebody accepted on these ports, as Linux tells. */
    private static long established(int... ports) {
        Path table = Path.of("/proc/self/net/tcp");
        Path table6 = Path.of("/proc/self/net/tcp6");
        Assumptions.assumeTrue(Files.exists(table) && Files.exists(table6), "only Linux tells which there are");
        return Stream.of(table, table6)
                .flatMap(ElectionMeshTest::lines)
                .map(line -> line.trim().split("\\s+"))
                .filter(fields -> fields[3].equals("01"))
                .map(fields -> Integer.parseInt(fields[1].substring(fields[1].indexOf(':') + 1), 16))
                .filter(port -> Arrays.stream(ports).anyMatch(each -> each == port))
                .count();
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
