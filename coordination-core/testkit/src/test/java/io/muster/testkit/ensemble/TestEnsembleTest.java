package io.muster.testkit.ensemble;

import static io.muster.testkit.ensemble.Connecting.connect;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.muster.client.ConnectionEvent;
import io.muster.client.CreateOptions;
import io.muster.client.MusterClient;
import io.muster.client.WatchEvent;
import io.muster.server.admin.ServerMode;
import io.muster.testkit.TestEnsemble;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TestEnsembleTest {
    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void whatIsWrittenOnOneServerIsReadOnAllOthers() throws InterruptedException {
        try (TestEnsemble ensemble = TestEnsemble.start(3)) {
            int leader = ensemble.leader().orElseThrow();
            for (int server = 1; server <= 3; server++) {
                assertEquals(server == leader ? ServerMode.LEADER : ServerMode.FOLLOWER, ensemble.mode(server));
                try (MusterClient writer = connect(ensemble.connectString(server))) {
                    writer.create("/on" + server, bytes("by " + server));
                }
            }
            for (int server = 1; server <= 3; server++) {
                try (MusterClient reader = connect(ensemble.connectString(server))) {
                    reader.sync("/");
                    for (int writer = 1; writer <= 3; writer++) {
                        assertArrayEquals(
                                bytes("by " + writer),
                                reader.get("/on" + writer).data());
                    }
                }
            }
        }
    }

    @Test
    void anEnsembleOfOneServes() throws InterruptedException {
        try (TestEnsemble ensemble = TestEnsemble.start(1);
                MusterClient client = connect(ensemble.connectString())) {
            client.create("/a", bytes("1"));
            assertEquals(ServerMode.LEADER, ensemble.mode(1));
        }
    }

    @Test
    void aConnectionToASurvivorStaysOpenWhenTheLeaderIsKilled() throws Exception {
        try (TestEnsemble ensemble = TestEnsemble.start(3)) {
            int leader = ensemble.leader().orElseThrow();
            int survivor = leader == 1 ? 2 : 1;
            try (MusterClient client = connect(ensemble.connectString(survivor))) {
                LinkedBlockingQueue<ConnectionEvent> events = new LinkedBlockingQueue<>();
                client.create("/a", bytes("0"));
                client.create("/mine", bytes(""), CreateOptions.EPHEMERAL);
                LinkedBlockingQueue<WatchEvent> watched = new LinkedBlockingQueue<>();
                client.get("/a", watched::add);
                client.onConnectionEvent(events::add);
                assertInstanceOf(ConnectionEvent.Connected.class, events.poll(10, TimeUnit.SECONDS));

                ensemble.kill(leader);
                client.set("/a", bytes("1"));

                assertEquals(List.of(), new ArrayList<>(events), "the connection was closed");
                assertNotEquals(leader, ensemble.awaitServing());
                assertEquals("/a", watched.poll(10, TimeUnit.SECONDS).path());
                client.get("/mine");

                ensemble.restart(leader);
                ensemble.awaitServing();
                try (MusterClient other = connect(ensemble.connectString(leader))) {
                    other.sync("/");
                    assertArrayEquals(bytes("1"), other.get("/a").data());
                    other.get("/mine");
                }
            }
        }
    }

    @Test
    void withoutAMajorityNothingIsWrittenAndWithOneAgainItIs() throws Exception {
        try (TestEnsemble ensemble = TestEnsemble.start(3)) {
            int leader = ensemble.leader().orElseThrow();
            List<Integer> followers = IntStream.rangeClosed(1, 3)
                    .filter(id -> id != leader)
                    .boxed()
                    .toList();
            try (MusterClient client = connect(ensemble.connectString())) {
                client.create("/a", bytes("0"));
                followers.forEach(ensemble::kill);
                CompletableFuture<?> write = client.setAsync("/a", bytes("1"));
                ensemble.restart(followers.get(0));
                ensemble.awaitServing();
                write.exceptionally(lost -> null).get(30, TimeUnit.SECONDS);
                client.set("/a", bytes("2"));
                assertArrayEquals(bytes("2"), client.get("/a").data());
            }
        }
    }

    @Test
    void allServersFindTheirDataAfterAllHadStopped() throws InterruptedException {
        try (TestEnsemble ensemble = TestEnsemble.start(3)) {
            try (MusterClient client = connect(ensemble.connectString())) {
                for (int i = 0; i < 100; i++) {
                    client.create("/n" + i, bytes("" + i));
                }
            }
            IntStream.rangeClosed(1, 3).forEach(ensemble::stop);
            IntStream.rangeClosed(1, 3).forEach(ensemble::restart);
            ensemble.awaitServing();
            for (int server = 1; server <= 3; server++) {
                try (MusterClient client = connect(ensemble.connectString(server))) {
                    client.sync("/");
                    assertEquals(101, client.children("/").size());
                }
            }
        }
    }

    @Test
    void aServerThatWasAwayCatchesUpWhetherItMissedLittleOrMuch() throws InterruptedException {
        try (TestEnsemble ensemble = TestEnsemble.start(3)) {
            int away = ensemble.leader().orElseThrow() == 1 ? 2 : 1;
            int written = 0;
            for (int count : new int[] {10, 2_000}) {
                ensemble.kill(away);
                try (MusterClient client = connect(ensemble.connectString(ensemble.awaitServing()))) {
                    List<CompletableFuture<?>> all = new ArrayList<>();
                    for (int i = 0; i < count; i++) {
                        all.add(client.createAsync("/n" + written++, bytes("x")));
                    }
                    all.forEach(CompletableFuture::join);
                }
                ensemble.restart(away);
                ensemble.awaitServing();
                try (MusterClient client = connect(ensemble.connectString(away))) {
                    client.sync("/");
                    assertEquals(written + 1, client.children("/").size());
                }
            }
        }
    }
}
