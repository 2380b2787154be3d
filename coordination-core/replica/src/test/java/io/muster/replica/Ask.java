package io.muster.replica;

import io.muster.protocol.Acl;
import io.muster.protocol.AddWatchMode;
import io.muster.protocol.CreateMode;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.protocol.WatchKind;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Requests, in a test's few words. */
final class Ask {
    private Ask() {}

    static Request create(String path) {
        return create(path, CreateMode.PERSISTENT);
    }

    static Request create(String path, CreateMode mode) {
        return create(OpCode.CREATE, path, Acl.OPEN, mode.flag());
    }

    static Request create(String path, List<Acl> acl) {
        return create(OpCode.CREATE, path, acl, 0);
    }

    static Request create(OpCode op, String path, List<Acl> acl, int flags) {
        return new Request.Create(op, path, bytes("new"), acl, flags, 0);
    }

    static Request createTtl(String path, CreateMode mode, long ttlMs) {
        return new Request.Create(OpCode.CREATE_TTL, path, bytes("new"), Acl.OPEN, mode.flag(), ttlMs);
    }

    static Request set(String path, String data) {
        return set(path, data, -1);
    }

    static Request set(String path, String data, int version) {
        return new Request.SetData(path, bytes(data), version);
    }

    static Request delete(String path) {
        return delete(path, -1);
    }

    static Request delete(String path, int version) {
        return new Request.Delete(path, version);
    }

    static Request setAcl(String path, List<Acl> acl, int version) {
        return new Request.SetAcl(path, acl, version);
    }

    static Request check(String path, int version) {
        return new Request.Check(path, version);
    }

    static Request multi(Request... ops) {
        return new Request.Multi(List.of(ops));
    }

    static Request get(String path) {
        return new Request.GetData(path, false);
    }

    static Request watchData(String path) {
        return new Request.GetData(path, true);
    }

    static Request exists(String path) {
        return new Request.Exists(path, false);
    }

    static Request watchExists(String path) {
        return new Request.Exists(path, true);
    }

    static Request children(String path) {
        return new Request.GetChildren(path, false);
    }

    static Request watchChildren(String path) {
        return new Request.GetChildren(path, true);
    }

    static Request watchAll(String path) {
        return new Request.AddWatch(path, AddWatchMode.PERSISTENT.code());
    }

    static Request watchBelow(String path) {
        return new Request.AddWatch(path, AddWatchMode.PERSISTENT_RECURSIVE.code());
    }

    static Request removeWatches(String path, WatchKind kind) {
        return new Request.RemoveWatches(path, kind.code());
    }

    static Request checkWatches(String path, WatchKind kind) {
        return new Request.CheckWatches(path, kind.code());
    }

    static Request login(String userAndPassword) {
        return new Request.Auth(0, "digest", bytes(userAndPassword));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
