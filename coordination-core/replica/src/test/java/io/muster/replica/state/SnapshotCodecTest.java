package io.muster.replica.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.Id;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.OpCode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SnapshotCodecTest {
    private static final AclList SECRET = new AclList(List.of(new Acl(Acl.ALL, new Id("digest", "u:p"))));

    private final StateEditor editor = State.initial(1, true).edit();
    private long zxid;

    private void add(Txn txn) {
        zxid++;
        editor.apply(transaction(zxid, txn), new ArrayList<>());
    }

    private static Transaction transaction(long zxid, Txn txn) {
        return new Transaction(new TxnHeader(77, 1, zxid, 1000 + zxid, txn.type()), txn, null);
    }

    private static Txn create(String path, byte[] data, AclList acl) {
        return new Txn.Create(OpCode.CREATE.code(), path, data, acl, false, -1);
    }

    private static byte[] write(State state, List<Integer> chunks) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SnapshotCodec.write(state, (bytes, offset, length) -> {
            chunks.add(length);
            out.write(bytes, offset, length);
        });
        return out.toByteArray();
    }

    private static SnapshotCodec.Restored read(byte[] bytes, long seed, long zxid) {
        int[] at = {0};
        return SnapshotCodec.read(
                (into, offset, length) -> {
                    if (at[0] + length > bytes.length) {
                        throw new MalformedFrameException("it ends too early");
                    }
                    System.arraycopy(bytes, at[0], into, offset, length);
                    at[0] += length;
                },
                seed,
                TimesToLive.ON,
                zxid);
    }

    @Test
    void aStateIsTheSameUnderAnotherSeed() {
        add(new Txn.CreateSession(5000));
        add(create("/a", new byte[] {1, 2}, SECRET));
        add(create("/a/none", null, AclList.OPEN));
        add(create("/a/empty", new byte[0], SECRET));
        add(new Txn.CreateTtl("/ttl", null, AclList.OPEN, -1, 60_000));
        add(new Txn.Create(OpCode.CREATE.code(), "/e", null, AclList.OPEN, true, -1));
        State state = editor.freeze();
        SnapshotCodec.Restored restored = read(write(state, new ArrayList<>()), 99, zxid);
        State again = restored.state();
        assertEquals(0, restored.znodesWithoutAcl());
        assertEquals(state.digest(), again.digest());
        assertEquals(state.znodeCount(), again.znodeCount());
        assertEquals(state.approximateDataBytes(), again.approximateDataBytes());
        assertEquals(List.of("/e"), again.ephemerals(77));
        assertEquals(5000, again.sessionTimeoutMs(77));
        for (String path : List.of("/", "/a", "/a/none", "/a/empty", "/ttl", "/e", "/zookeeper/config")) {
            NodeView before = state.find(path);
            NodeView after = again.find(path);
            assertEquals(before.stat(), after.stat(), path);
            assertEquals(before.acl(), after.acl(), path);
            assertArrayEquals(before.data(), after.data(), path);
        }
    }

    @Test
    void znodesComeDepthFirstAndParentsBeforeChildren() {
        for (String path : List.of("/a", "/b", "/a/x", "/b/y", "/a/x/1", "/a/z", "/a/x/2", "/b/y/3", "/a/x/1/deep")) {
            add(create(path, null, AclList.OPEN));
        }
        List<String> order = new ArrayList<>();
        editor.forEachZnode((path, znode, directory) -> order.add(new String(path, StandardCharsets.UTF_8)));
        assertEquals("", order.get(0));
        assertEquals(13, order.size());
        Set<String> left = new HashSet<>();
        List<String> open = new ArrayList<>(List.of(""));
        for (String path : order.subList(1, order.size())) {
            String parent = path.substring(0, path.lastIndexOf('/'));
            while (!open.get(open.size() - 1).equals(parent)) {
                left.add(open.remove(open.size() - 1));
                assertTrue(!open.isEmpty(), path + " comes after its parent's subtree: " + order);
            }
            assertTrue(!left.contains(path), order::toString);
            open.add(path);
        }
    }

    @Test
    void itComesInPiecesNotAtOnce() {
        add(create("/many", null, AclList.OPEN));
        for (int i = 0; i < 3000; i++) {
            add(create("/many/" + i, new byte[100], AclList.OPEN));
        }
        List<Integer> chunks = new ArrayList<>();
        byte[] bytes = write(editor.freeze(), chunks);
        assertTrue(chunks.size() > 5, chunks::toString);
        assertTrue(chunks.stream().allMatch(each -> each < 100_000), chunks::toString);
        assertEquals(editor.digest(), read(bytes, 1, zxid).state().digest());
    }

    @Test
    void whatEndsTooEarlyIsRefusedWithoutAllocatingWhatALengthClaims() {
        add(create("/a", new byte[10], SECRET));
        byte[] bytes = write(editor.freeze(), new ArrayList<>());
        for (int size = 0; size < bytes.length; size++) {
            byte[] cut = Arrays.copyOf(bytes, size);
            assertThrows(MalformedFrameException.class, () -> read(cut, 1, zxid), "cut at " + size);
        }
        JuteWriter huge = new JuteWriter().writeInt(0).writeInt(0).writeInt(0).writeInt(Integer.MAX_VALUE);
        assertThrows(MalformedFrameException.class, () -> read(huge.toByteArray(), 1, zxid));
    }

    @Test
    void aZnodeWhoseListIsMissingLetsNobodyInUntilReplayBringsIt() {
        add(create("/a", null, SECRET));
        byte[] bytes = write(editor.freeze(), new ArrayList<>());
        int scheme = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("digest");
        // before the scheme stand its length, the permissions, the count of entries, and the key in the table
        bytes[scheme - 13] = 9;
        SnapshotCodec.Restored restored = read(bytes, 1, 0);
        assertEquals(1, restored.znodesWithoutAcl());
        assertEquals(
                List.of(new Acl(0, Id.ANYONE)),
                restored.state().find("/a").acl().entries());
        StateEditor replay = restored.state().edit();
        replay.replay(transaction(1, create("/a", null, SECRET)));
        assertEquals(SECRET, replay.find("/a").acl());
    }

    @Test
    void aDeleteReplayedOverWhatCameLaterEndsInWhatCameLater() {
        add(create("/a", null, AclList.OPEN));
        State start = editor.freeze();
        Txn delete = new Txn.Delete(OpCode.DELETE.code(), "/a");
        List<Txn> later = List.of(delete, create("/a", null, AclList.OPEN), create("/a/b", null, AclList.OPEN));
        later.forEach(this::add);
        State end = editor.freeze();
        StateEditor replay = end.edit();
        long at = start.zxid();
        for (Txn txn : later) {
            replay.replay(transaction(++at, txn));
        }
        assertNotNull(replay.find("/a/b"));
        assertEquals(end.znodeCount(), replay.znodeCount());
        assertEquals(end.find("/a").stat(), replay.find("/a").stat());
        assertThrows(IllegalStateException.class, () -> add(delete));
    }
}
